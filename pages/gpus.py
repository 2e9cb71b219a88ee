"""/gpu: which GPUs are busy now, and who uses them."""

from typing import Any

import dash
from dash import dcc, html

from components import frame, ids, notices
from components.gpus import gpu_card, gpu_overview, gpu_texts, gpus
from components.links import href
from components.page_head import page_head
from components.texts.language import _
from components.ui_settings import UiSettings, page


@page
def layout(
    ui: UiSettings,
    /,
    metric: str = "",
    group: str = "",
    host: str = "",
    owner: str = "",
    state: str = "",
    run: str = "",
    **_query: str,
) -> list[Any]:
    """Returns the page, empty until the monitors' first messages.

    assets/gpu_view.js reads the parameter `open`.
    """
    return [
        page_head(_("GPUs"), ways=[html.A(_("History of the GPUs"), href=href("/gpu/history"))]),
        html.Div(notices.failure_alert("gpus"), **{"aria-live": "polite"}),
        None if ui.gpu_monitors else gpus.no_monitors(),
        gpu_overview.hosts(ids.GPU_HOSTS),
        gpu_overview.overview(metric, group, host, owner, state, run),
        gpu_overview.opened(),
        gpus.chart(),
        *gpus.processes(),
        gpus.sockets(len(ui.gpu_monitors), ids.gpu),
        frame.ticker("gpus", ui),
        dcc.Store(id=ids.GPU_RUNS, data=[]),
        dcc.Store(id=ids.GPU_TEXTS, data=gpu_texts.page_texts(gpus.chart_layout())),
        dcc.Store(id=ids.GPU_SCHEMA, data=gpus.schema()),
        dcc.Store(id=ids.GPU_CARD, data=gpu_card.as_json()),
        dcc.Store(id=ids.GPU_STARTED),
        dcc.Store(id=ids.GPU_MONITORS, data=[monitor.model_dump() for monitor in ui.gpu_monitors]),
    ]


dash.register_page(__name__, path="/gpu", title=lambda **_query: _("GPUs · Clew"), order=3, layout=layout)
