"""/: the current state at a glance: tiles for what needs attention, models, runs, GPUs, and other services."""

from typing import Any

import dash
from dash import dcc, html

from components import frame, ids
from components.front import front, front_gpus, front_health
from components.gpus import gpus
from components.links import href
from components.page_head import page_head
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(ui: UiSettings, /, **_query: str) -> list[Any]:
    """Returns the page; each tile is filled separately."""
    return [
        page_head(_("Now")),
        html.Div(_tiles(len(ui.gpu_monitors)), className="tiles"),
        frame.ticker("front", ui),
        dcc.Store(id=ids.FRONT_GPU_TEXTS, data=front_gpus.texts()),
        dcc.Store(id=ids.FRONT_GPU_SCHEMA, data=gpus.schema()),
        dcc.Store(id=ids.FRONT_GPU_STARTED),
        dcc.Store(id=ids.FRONT_GPU_MONITORS, data=[monitor.model_dump() for monitor in ui.gpu_monitors]),
    ]


def _tiles(gpu_hosts: int) -> list[html.Section]:
    return [
        front.tile("attention", _("Needs attention"), _with_failure("attention"), leads_to=href("/alerts")),
        front.tile("model", _("Active model"), _with_failure("model"), leads_to=href("/models")),
        front.tile("runs", _("Runs in progress"), _with_failure("runs"), leads_to=href("/mlflow")),
        front.tile("gpus", _("GPUs"), front_gpus.parts(gpu_hosts), leads_to=href("/gpu")),
        front.tile("best", _("Best runs"), _with_failure("best"), leads_to=href("/mlflow")),
        # Failing services are listed in it, so it has no error message of its own.
        front.tile(
            "health", _("Services"), [*front.filled("health"), front_health.fold(), front_health.check_again_button()]
        ),
    ]


def _with_failure(name: str) -> list[Any]:
    return [front.may_fail(name), *front.filled(name)]


dash.register_page(__name__, path="/", title="Clew", order=0, layout=layout)
