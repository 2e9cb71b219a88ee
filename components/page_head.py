"""The head of a page: its title, what is said of it, and the ways on from it, the same on every page."""

from collections.abc import Sequence
from typing import Any

from dash import html


def page_head(title: Any, *beside: Any, ways: Sequence[Any] = ()) -> html.Div:
    """Returns the title with what stands `beside` it, and at the end of the line the `ways` to other pages."""
    heading = html.H1(title, className="h3") if isinstance(title, str) else title
    return html.Div(
        [heading, *beside, html.Div(list(ways), className="page-ways") if ways else None], className="page-head"
    )
