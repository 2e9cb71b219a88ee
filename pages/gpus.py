"""/gpu: which GPU is busy, and for whom, as it is right now."""

from typing import Any

import dash
import flask
from dash import dcc, html

from components import frame, ids, notices
from components.gpus import gpus
from components.texts.language import _


def layout(**_query: str) -> list[Any]:
    """The page, empty until the monitors' first messages."""
    monitors = flask.current_app.config["GPU_MONITORS"]
    return [
        html.H1(_("GPUs"), className="h3"),
        html.Div(notices.failure_alert("gpus"), **{"aria-live": "polite"}),
        *(gpus.sections([monitor["name"] for monitor in monitors]) or [gpus.no_monitors()]),
        gpus.chart(),
        *gpus.processes(),
        frame.ticker("gpus"),
        dcc.Store(id=ids.GPU_RUNS, data=[]),
        dcc.Store(id=ids.GPU_TEXTS, data=gpus.texts()),
        dcc.Store(id=ids.GPU_SCHEMA, data=gpus.schema()),
        dcc.Store(id=ids.GPU_STARTED),
        dcc.Store(id=ids.GPU_MONITORS, data=monitors),
    ]


dash.register_page(__name__, path="/gpu", title=lambda **_query: _("GPUs · Clew"), order=3, layout=layout)
