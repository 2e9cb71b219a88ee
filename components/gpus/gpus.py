"""The GPU page's chart of the open GPUs, and the table of processes on all GPUs. assets/gpu_*.js fill them."""

from collections.abc import Callable, Iterable
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash_extensions import WebSocket

from components import ids
from components.charts.chart_config import chart_config
from components.gpus.gpu_texts import MAX_COMPONENTS
from components.links import run_href
from components.texts.language import _
from domain.gpus import HISTORY_SAMPLES, GpuReport
from domain.tracking.runs import Run, RunStatus

_GREY = "rgba(128,128,128,0.25)"


def sockets(hosts: int, socket_id: Callable[[str, int], str]) -> html.Div:
    """Returns a WebSocket component per host; with many hosts the page's script opens the sockets itself."""
    return html.Div([WebSocket(id=socket_id("socket", host)) for host in with_components(hosts)], hidden=True)


def with_components(hosts: int) -> range:
    """Returns the indices of the hosts whose messages come through a component: all, or none if there are many."""
    return range(hosts if hosts <= MAX_COMPONENTS else 0)


def chart() -> html.Figure:
    """Draws the utilisation of each open GPU, a line each; its caption has the same in words."""
    return html.Figure(
        [
            dcc.Graph(
                id=ids.GPU_CHART,
                figure={"data": [], "layout": chart_layout()},
                config=chart_config(["toImage"]),
                className="chart",
                responsive=True,
            ),
            html.P(id=ids.GPU_CHART_NOTE, className="small text-body-secondary mb-0", hidden=True),
            html.Figcaption(id=ids.GPU_SUMMARY, className="visually-hidden"),
        ],
        className="chart-frame mt-3",
        hidden=True,
        **{"aria-label": _("Utilisation of the GPUs")},
    )


def chart_layout() -> dict[str, Any]:
    """Returns the Plotly layout: percent over the reader's time."""
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY}
    title = _("GPU utilisation, the last %(samples)s samples", samples=HISTORY_SAMPLES)
    return {
        "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 14, "weight": 600}},
        # The ticks show that the axis is time, and its unit.
        "xaxis": axis | {"type": "date", "tickformat": "%H:%M:%S", "nticks": 5},
        "yaxis": axis | {"range": [-2, 102], "title": {"text": _("Utilisation (%)")}, "fixedrange": True},
        "margin": {"l": 60, "r": 12, "t": 40, "b": 72},
        "hovermode": "x unified",
        "showlegend": True,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "uirevision": "keep",
    }


def processes() -> list[Any]:
    """Returns the table of processes, empty."""
    return [
        html.H2(_("Processes"), className="h5 mt-3"),
        html.Div(html.P(_("No data has been received yet."), className="text-body-secondary"), id=ids.GPU_PROCESSES),
    ]


def training_runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Returns the keys that join a running run with its process.

    These are the host's boot id, the process's start tick, and its pid as the trainer sees it.
    """
    return [
        {
            "run_id": run.run_id,
            "boot_id": run.tags.get("clew.boot_id"),
            "start_ticks": run.tags.get("clew.start_ticks"),
            "pid": run.tags.get("clew.pid"),
            "name": run.name or run.run_id[:8],
            "user": run.tags.get("mlflow.user"),
            "page": run_href(run.run_id),
        }
        for run in runs
        if run.status is RunStatus.RUNNING and "clew.pid" in run.tags
    ]


def schema() -> dict[str, Any]:
    """Returns the JSON Schema of a message: assets/schema.js validates each message first."""
    return GpuReport.model_json_schema()


def no_monitors() -> dbc.Alert:
    """Draws the alert that no GPU monitor is configured."""
    return dbc.Alert(_("No GPU monitor is configured: set GPU_MONITOR_URLS."), color="info")
