"""/gpu/history: the GPUs over an hour, a day, a week, and their usage."""

from typing import Any

import dash
from dash import html

from components import frame, notices
from components.fleet import history_page
from components.links import href
from components.page_head import page_head
from components.texts.language import _
from components.ui_settings import UiSettings, page
from domain.fleet.queries import query_in


@page
def layout(ui: UiSettings, /, **query: str) -> list[Any]:
    """Returns the page, preset from its address, empty until its callbacks fill it."""
    page_query = query_in(query)
    return [
        page_head(_("History of the GPUs"), ways=[html.A(_("The GPUs now"), href=href("/gpu"))]),
        html.Div(notices.failure_alert("fleet"), **{"aria-live": "polite"}),
        history_page.odd_address(page_query.odd),
        history_page.controls(page_query.query),
        *history_page.body(),
        frame.ticker("fleet", ui),
        *history_page.stores(page_query.query),
    ]


dash.register_page(
    __name__, path="/gpu/history", title=lambda **_query: _("History of the GPUs · Clew"), order=4, layout=layout
)
