"""/models: all models, the active one, and the history of activations."""

from typing import Any

import dash
from dash import dcc, html

from components import frame, ids, notices
from components.filter_hint import filter_hint
from components.models import model_list
from components.page_head import page_head
from components.permissions import reason
from components.texts.language import _
from components.ui_settings import UiSettings, page
from domain.access.rules import Access


@page
def layout(ui: UiSettings, /, **_query: str) -> list[Any]:
    """Returns the page, empty until its callbacks fill it."""
    return [
        page_head(_("Models"), model_list.freshness()),
        html.Div(notices.failure_alert("models"), **{"aria-live": "polite"}),
        html.Div(id=ids.MODEL_BAD_ROWS),
        html.Div(id=ids.MODEL_GROUPS),
        model_list.toolbar(),
        reason(Access.WRITE, ids.refused("models")),
        model_list.model_table(),
        html.Div(id=ids.MODEL_EMPTY, className="empty my-3"),
        filter_hint(),
        html.Div(id=ids.MODEL_HISTORY),
        frame.ticker("models", ui),
        dcc.Store(id=ids.MODEL_TEXTS, data=model_list.texts()),
        dcc.Store(id=ids.MODEL_ROWS),
        dcc.Store(id=ids.MODEL_DRAWN),
        dcc.Store(id=ids.MODEL_CHOSEN),
    ]


dash.register_page(__name__, path="/models", title=lambda **_query: _("Models · Clew"), order=2, layout=layout)
