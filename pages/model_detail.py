"""/models/<model_id>: one model."""

from typing import Any
from urllib.parse import unquote

import dash
from dash import dcc

from components import frame, ids
from components.models import model_detail
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(ui: UiSettings, /, model_id: str = "", **_query: str) -> list[Any]:
    """Returns the page of the model with this id, which is percent-encoded, as in a browser's address."""
    model_id = unquote(model_id)
    return [
        *model_detail.place(model_id),
        frame.ticker("model", ui),
        dcc.Store(id=ids.MODEL_ID, data=model_id),
        dcc.Store(id=ids.MODEL_CHECKED, data=False),
    ]


dash.register_page(
    __name__,
    path_template="/models/<model_id>",
    title=lambda model_id="", **_query: _("Model %(model)s · Clew", model=unquote(model_id)[:40]),
    layout=layout,
)
