"""/gpu: which GPU is busy, and for whom, as it is right now."""

from typing import Any

import dash
from dash import dcc, html

from components import frame, ids, notices
from components.gpus import gpus
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(ui: UiSettings, /, **_query: str) -> list[Any]:
    """The page, empty until the monitors' first messages."""
    return [
        html.H1(_("GPUs"), className="h3"),
        html.Div(notices.failure_alert("gpus"), **{"aria-live": "polite"}),
        *(gpus.sections([monitor.name for monitor in ui.gpu_monitors]) or [gpus.no_monitors()]),
        gpus.chart(),
        *gpus.processes(),
        frame.ticker("gpus", ui),
        dcc.Store(id=ids.GPU_RUNS, data=[]),
        dcc.Store(id=ids.GPU_TEXTS, data=gpus.texts()),
        dcc.Store(id=ids.GPU_SCHEMA, data=gpus.schema()),
        dcc.Store(id=ids.GPU_STARTED),
        dcc.Store(id=ids.GPU_MONITORS, data=[monitor.model_dump() for monitor in ui.gpu_monitors]),
    ]


dash.register_page(__name__, path="/gpu", title=lambda **_query: _("GPUs · Clew"), order=3, layout=layout)
