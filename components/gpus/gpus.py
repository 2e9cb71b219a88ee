"""The GPU page: a section per host, the chart of all GPUs, the processes on them. assets/gpu_*.js fills it."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash_extensions import WebSocket

from components import ids
from components.charts.chart_config import chart_config
from components.colours import DASHES, PALETTE
from components.connection import line_head, line_states
from components.links import run_href
from components.texts.language import _
from components.texts.translate import codes_in, templates
from components.texts.words import MISSING
from domain.errors import gpu_remedies
from domain.errors import gpus as gpu_messages
from domain.errors import schema as schema_messages
from domain.gpus import (
    HISTORY_SAMPLES,
    MOST_GPUS,
    MOST_MESSAGE_CHARACTERS,
    MOST_PROCESSES,
    SILENT_PERIODS,
    GpuReport,
    HostState,
)
from domain.tracking.runs import Run, RunStatus

_GREY = "rgba(128,128,128,0.25)"
_MOST_ROWS = 200
_MOST_LINES = 128
_MOST_IN_LEGEND = 24


def host_notice(notice_id: str, said_id: str) -> html.Div:
    """The place for what is wrong with a host, empty while nothing is; assets/gpu_notice.js fills it.

    Its seconds change all the time: read aloud is what stands beside it, when the trouble is another one.
    """
    return html.Div(
        [
            html.Div(id=notice_id, className="alert alert-warning py-2", hidden=True),
            html.Div(id=said_id, className="visually-hidden", role="status"),
        ]
    )


def host_section(index: int, name: str) -> html.Section:
    """The place of the host that comes at `index`: its connection, what is wrong with it, its cards."""
    return html.Section(
        [
            line_head(html.H2(name, className="h5 mb-0"), ids.gpu("badge", index), ids.gpu("since", index)),
            host_notice(ids.gpu("notice", index), ids.gpu("said", index)),
            html.Div(id=ids.gpu("cards", index), className="gpu-cards"),
            # Which GPUs there are, in which state: cards are drawn when that changes, and not at each sample.
            dcc.Store(id=ids.gpu("shape", index)),
            # The cards as JSON: as components of the page each would be asked at each change of any of them.
            dcc.Store(id=ids.gpu("drawn", index)),
            WebSocket(id=ids.gpu("socket", index)),
        ],
        className="gpu-host mt-3",
        **{"aria-label": name},
    )


def chart() -> html.Figure:
    """Utilisation of every GPU, a line each; its caption says the same in words."""
    return html.Figure(
        [
            dcc.Graph(
                id=ids.GPU_CHART,
                figure={"data": [], "layout": chart_layout(empty=True)},
                config=chart_config(["toImage"]),
                className="chart",
                responsive=True,
            ),
            html.P(id=ids.GPU_CHART_NOTE, className="small text-body-secondary mb-0", hidden=True),
            html.Figcaption(
                _("No GPU has reported its utilisation yet."), id=ids.GPU_SUMMARY, className="visually-hidden"
            ),
        ],
        className="chart-frame mt-3",
        **{"aria-label": _("Utilisation of the GPUs")},
    )


def chart_layout(*, empty: bool = False) -> dict[str, Any]:
    """The Plotly layout: percent over the reader's time; an empty chart says what it waits for."""
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY}
    title = _("GPU utilisation, the last %(samples)s samples", samples=HISTORY_SAMPLES)
    return {
        "title": {"text": title, "x": 0, "xref": "paper", "font": {"size": 15}},
        # The ticks say that it is time, and of which unit.
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
        "annotations": [_nothing_yet()] if empty else [],
    }


def _nothing_yet() -> dict[str, Any]:
    middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    return middle | {"text": _("No GPU has reported its utilisation yet."), "font": {"size": 13}}


def processes() -> list[Any]:
    """The place of the table of processes."""
    return [
        html.H2(_("Processes"), className="h5 mt-3"),
        html.Div(html.P(_("Nothing has been heard yet."), className="text-body-secondary"), id=ids.GPU_PROCESSES),
    ]


def training_runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """What joins a running run with its process: the boot, the start tick, and the pid as the trainer sees it."""
    return [
        {
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


def no_monitors() -> dbc.Alert:
    """Said where no GPU monitor is configured."""
    return dbc.Alert(_("No GPU monitor is configured: set GPU_MONITOR_URLS."), color="info")


def schema() -> dict[str, Any]:
    """What a message has to be, as JSON Schema: assets/schema.js checks each before anything uses it."""
    return GpuReport.model_json_schema()


def texts() -> dict[str, Any]:
    """What assets/gpu_*.js writes, in the reader's language; {n} is a number of seconds."""
    return {
        "connection": line_states(),
        "states": {
            HostState.STARTING: _("The monitor is starting"),
            HostState.NO_GPU: _("No GPU on this host"),
            HostState.NO_LIBRARY: _("No NVIDIA driver here"),
            HostState.NO_DRIVER: _("The NVIDIA driver is not loaded"),
            HostState.NO_PERMISSION: _("The monitor may not read the GPUs"),
            HostState.DRIVER_CHANGED: _("The driver was changed under the monitor"),
            HostState.STALE: _("Stale: the driver has not answered for {n} s"),
            HostState.NOT_ANSWERING: _("The driver does not answer"),
            HostState.FAILED: _("The GPUs cannot be read"),
        },
        "stop": _(". "),
        "heard": _("heard {n} s ago"),
        "lost": _("for {n} s; the numbers are from before"),
        "never": _("for {n} s; is the GPU monitor running, and can this browser reach {url}?"),
        "recording": _("An example session, not this machine's GPUs (GPU_DEMO is set)."),
        "misfit": _("A message did not fit and was skipped ({n} so far): {why}"),
        "parts": _("Parts of the last message did not fit and were left out: {why}"),
        "more": _("Showing {shown} of {all} GPUs."),
        "odd": _("Not shown: {why}"),
        "summary": _("{gpu}: now {now}, mean {mean}, lowest {lowest}, highest {highest}"),
        "clock": _("This host's clock differs from yours by {n} s."),
        "processes": _("Processes"),
        "process_head": [
            _("Host"), _("GPU"), _("Process"), _("User"), _("Command"), _("Memory (MiB)"), _("Run"),
        ],
        "no_process": _("No process is on a GPU."),
        "unknown_processes": _("Which processes are on the GPUs is not known here."),
        "most_processes": _("Showing {shown} of {all} processes, those with the most memory."),
        "most_lines": _("The chart shows the first {shown} of {all} GPUs."),
        "many_lines": _("Point at a line to see which GPU it is."),
        "limits": {
            "gpus": MOST_GPUS,
            "processes": MOST_PROCESSES,
            "characters": MOST_MESSAGE_CHARACTERS,
            "rows": _MOST_ROWS,
            "lines": _MOST_LINES,
            "legend": _MOST_IN_LEGEND,
        },
        "templates": templates(codes_in(gpu_messages, gpu_remedies, schema_messages)),
        "missing": MISSING,
        "gpu": _("GPU"),
        "silent_periods": SILENT_PERIODS,
        "samples": HISTORY_SAMPLES,
        "colours": list(PALETTE),
        "dashes": list(DASHES),
        "layout": chart_layout(),
        "empty_layout": chart_layout(empty=True),
    }  # fmt: skip


def sections(names: Sequence[str]) -> list[html.Section]:
    """A section for each host."""
    return [host_section(index, name) for index, name in enumerate(names)]
