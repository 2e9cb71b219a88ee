"""The tile of the GPUs: a summary in words, a map of many, or a row for each of few. assets/gpu_tile.js fills it."""

from typing import Any

from dash import html

from components import ids
from components.gpus import gpu_overview, gpus
from components.gpus.gpu_texts import host_texts
from components.links import href
from components.texts.language import _


def parts(hosts: int) -> list[Any]:
    """Returns the tile's parts for this many hosts, empty until their first messages."""
    if not hosts:
        return [gpus.no_monitors()]
    return [
        gpu_overview.hosts(ids.FRONT_GPU_HOSTS),
        html.P(id=ids.FRONT_GPU_WORDS, className="mb-1"),
        html.Div(
            html.Div(id=ids.FRONT_GPU_MAP, className="gpu-map", role="grid", **{"aria-label": _("Utilisation (%)")}),
            className="gpu-map-frame",
            hidden=True,
        ),
        html.Ul(id=ids.FRONT_GPU_GPUS, className="tile-rows"),
        html.A(id=ids.FRONT_GPU_MORE, href=href("/gpu"), hidden=True),
        gpus.sockets(hosts, ids.front_gpu),
    ]


def texts() -> dict[str, Any]:
    """Returns the texts of assets/gpu_tile.js in the reader's language, and the limits it applies.

    The script fills in their placeholders, such as {n}.
    """
    return host_texts() | {
        "why": {
            "busy": _("At least one of the last {samples} samples was not below {percent} %."),
            "idle": _("Each of the last {samples} samples was below {percent} %, and no process holds much memory."),
            "reserved": _(
                "Each of the last {samples} samples was below {percent} %, but a process holds {held} MiB: {who}"
            ),
            "given": _("Each of the last {samples} samples was below {percent} %, but it is assigned to: {who}"),
            "unknown": _("This GPU does not report its utilisation."),
        },
        "memory": _("{used} of {total} GiB"),
        "and_more": _("and {n} more"),
    }
