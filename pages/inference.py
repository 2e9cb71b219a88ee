"""/inference: shows the active model, or another one, playing live; or two of them, side by side."""

from typing import Any

import dash
from dash import dcc, html
from pydantic import ValidationError

from components import frame, ids, notices
from components.inference import evaluation, inference, inference_controls
from components.inference.inference import SIDES
from components.inference.inference_controls import WalkOptions
from components.page_head import page_head
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(ui: UiSettings, /, **query: str) -> list[Any]:
    """Returns the page; the address selects models, maze and speed."""
    request, odd = _read(query)
    return [
        page_head(_("Inference")),
        notices.sentences_alert(
            [_("“%(name)s” in the address is invalid and was ignored.", name=name) for name in odd]
        ),
        html.Div(notices.failure_alert("inference"), **{"aria-live": "polite"}),
        *inference_controls.controls(request),
        html.Div(
            [
                *(inference.side(name, hidden=name != SIDES[0] and not request.versus) for name in SIDES),
                inference.chart(),
            ],
            className="walks",
        ),
        inference.episodes(),
        evaluation.panel(),
        frame.ticker("inference", ui),
        dcc.Store(id=ids.INFERENCE_SHOWN),
        dcc.Store(id=ids.INFERENCE_STARTED),
        dcc.Store(id=ids.INFERENCE_REQUEST, data=request.model_dump()),
        dcc.Store(id=ids.INFERENCE_TEXTS, data=inference.texts()),
        dcc.Store(id=ids.INFERENCE_SCHEMA, data=inference.schema()),
        dcc.Store(id=ids.INFERENCE_ENGINE, data=ui.inference_engine.model_dump()),
    ]


def _read(query: dict[str, str]) -> tuple[WalkOptions, list[str]]:
    """Returns the request in the address, and the names of its invalid parameters."""
    given = {name: value for name, value in query.items() if value != ""}
    try:
        return WalkOptions.model_validate(given), []
    except ValidationError as error:
        odd = list(dict.fromkeys(str(one["loc"][0]) for one in error.errors()))
        return WalkOptions.model_validate({name: value for name, value in given.items() if name not in odd}), odd


dash.register_page(__name__, path="/inference", title=lambda **_query: _("Inference · Clew"), order=4, layout=layout)
