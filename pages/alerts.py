"""/alerts: the alerts that the team receives."""

from typing import Any

import dash
from dash import dcc, html

from components import frame, ids, notices
from components.alerts.mute_form import mute_form
from components.page_head import page_head
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(ui: UiSettings, /, **_query: str) -> list[Any]:
    """Returns the page; a callback fills it."""
    return [
        page_head(_("Alerts"), html.Span(id=ids.ALERTS_AS_OF, className="small text-body-secondary")),
        html.Div(notices.failure_alert("alerts"), **{"aria-live": "polite"}),
        html.Div(html.P(_("Reading…"), className="text-body-secondary"), id=ids.ALERTS_BODY),
        mute_form(),
        dcc.Store(id=ids.ALERTS_DRAWN),
        dcc.Store(id=ids.ALERTS_MUTED),
        frame.ticker("alerts", ui),
    ]


dash.register_page(__name__, path="/alerts", title=lambda **_query: _("Alerts · Clew"), order=80, layout=layout)
