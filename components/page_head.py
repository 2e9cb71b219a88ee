"""The head of a page: its title, a short description, and links to related pages."""

from collections.abc import Sequence
from typing import Any

from dash import html


def page_head(title: Any, *beside: Any, ways: Sequence[Any] = ()) -> html.Div:
    """Returns the title followed by `beside`, and at the end of the line the links in `ways`."""
    heading = html.H1(title, className="h3") if isinstance(title, str) else title
    return html.Div(
        [heading, *beside, html.Div(list(ways), className="page-ways") if ways else None], className="page-head"
    )
