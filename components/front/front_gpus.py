"""The tile of the GPUs: a part per host, which assets/gpu_tile.js fills from the monitors' sockets."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash_extensions import WebSocket

from components import ids
from components.connection import line_head
from components.gpus import gpus
from components.texts.language import _
from domain.gpus import IDLE_BELOW_PERCENT, IDLE_SAMPLES, RESERVED_ABOVE_MIB, GpuState

_AS_ON_THE_GPU_PAGE = (
    *("connection", "states", "stop", "heard", "lost", "never", "recording", "misfit", "parts", "more", "odd", "clock"),
    *("limits", "templates", "missing", "gpu", "silent_periods"),
)


def hosts(names: Sequence[str]) -> list[Any]:
    """A part for each host, empty until its monitor's first message."""
    return [_host(index, name) for index, name in enumerate(names)] or [gpus.no_monitors()]


def _host(index: int, name: str) -> html.Div:
    return html.Div(
        [
            line_head(html.H3(name, className="h6 mb-0"), ids.front_gpu("badge", index), ids.front_gpu("since", index)),
            gpus.host_notice(ids.front_gpu("notice", index), ids.front_gpu("said", index)),
            html.Ul(id=ids.front_gpu("gpus", index), className="tile-rows"),
            WebSocket(id=ids.front_gpu("socket", index)),
        ],
        className="tile-host",
    )


def texts() -> dict[str, Any]:
    """What assets/gpu_tile.js writes, in the reader's language, and by which rule; {n} and so on are filled there."""
    said = gpus.texts()
    return {key: said[key] for key in _AS_ON_THE_GPU_PAGE} | {
        "use": {
            "busy": _("busy"),
            "idle": _("idle"),
            "reserved": _("idle but reserved"),
            "unknown": _("use not known"),
            GpuState.LOST: _("GPU lost"),
            GpuState.NO_PERMISSION: _("no permission"),
            GpuState.MIG: _("split by MIG"),
            GpuState.FAILED: _("cannot be read"),
        },
        "why": {
            "busy": _("At least one of the last {samples} samples was not below {percent} %."),
            "idle": _("Each of the last {samples} samples was below {percent} %, and no process holds much memory."),
            "reserved": _(
                "Each of the last {samples} samples was below {percent} %, but a process holds {held} MiB: {who}"
            ),
            "unknown": _("This GPU does not tell its utilisation."),
        },
        "memory": _("{used} of {total} GiB"),
        "rule": {"samples": IDLE_SAMPLES, "percent": IDLE_BELOW_PERCENT, "mib": RESERVED_ABOVE_MIB},
    }
