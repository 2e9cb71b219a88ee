"""Texts and thresholds of assets/gpu_*.js, in the reader's language."""

from typing import Any

from components.colours import DASHES, PALETTE
from components.connection import line_states
from components.texts.language import _
from components.texts.translate import codes_in, templates
from domain.errors import schema as schema_messages
from domain.errors.gpus import answers, causes, remedies, throttling
from domain.gpus import (
    HISTORY_SAMPLES,
    IDLE_BELOW_PERCENT,
    IDLE_SAMPLES,
    MAX_GPUS,
    MAX_MESSAGE_CHARACTERS,
    MAX_PROCESSES,
    RESERVED_ABOVE_MIB,
    SILENT_PERIODS,
    GpuState,
    GpuVendor,
    HostState,
)

EVERY = "*"
NOTHING = "-"
"""Values in the address: "*" for all owners or runs, "-" for the GPUs that have none."""

MAX_COMPONENTS = 8
"""Up to this many hosts send their messages through Dash components: each message costs Dash ten milliseconds."""

_MAX_ROWS = 200
_MAX_OPEN = 32
_MAX_IN_LEGEND = 24


def metrics() -> dict[str, str]:
    """Returns the metrics that the map can show; the first is the default."""
    return {
        "utilization": _("Utilisation"),
        "memory": _("Memory"),
        "temperature": _("Temperature"),
        "power": _("Power"),
    }


def groups() -> dict[str, str]:
    """Returns the ways to group GPUs; the first is the default."""
    return {"host": _("Host"), "owner": _("Owner"), "state": _("State"), "run": _("Run")}


def uses() -> dict[str, str]:
    """Returns the states of use of a GPU, those that need attention first."""
    return {
        GpuState.LOST: _("GPU lost"),
        GpuState.FAILED: _("cannot be read"),
        GpuState.NO_PERMISSION: _("no permission"),
        "reserved": _("idle but reserved"),
        "busy": _("busy"),
        "idle": _("idle"),
        "unknown": _("use not known"),
        GpuState.MIG: _("split by MIG"),
    }


def nothing() -> dict[str, str]:
    """Returns the labels of the groups of GPUs without an owner or a run."""
    return {"owner": _("nobody"), "run": _("no run")}


def host_texts() -> dict[str, Any]:
    """Returns the texts about hosts and their GPUs that several pages use; {n} is a number of seconds."""
    return {
        "connection": line_states(),
        "states": {
            HostState.STARTING: _("The monitor is starting"),
            HostState.NO_GPU: _("No GPU on this host"),
            HostState.NO_LIBRARY: _("No GPU driver here"),
            HostState.NO_DRIVER: _("The GPU driver is not loaded"),
            HostState.NO_PERMISSION: _("The monitor may not read the GPUs"),
            HostState.DRIVER_CHANGED: _("The driver was changed while the monitor was running"),
            HostState.STALE: _("Stale: the driver has not answered for {n} s"),
            HostState.NOT_ANSWERING: _("The driver does not answer"),
            HostState.FAILED: _("The GPUs cannot be read"),
        },
        "stop": _(". "),
        "comma": _(", "),
        "lost": _("for {n} s; showing earlier values"),
        "never": _("for {n} s; is the GPU monitor running, and can this browser reach {url}?"),
        "recording": _("An example session, not this machine's GPUs (GPU_DEMO is set)."),
        "misfit": _("An invalid message was skipped ({n} so far): {why}"),
        "parts": _("Parts of the last message were invalid and were left out: {why}"),
        "more": _("Showing {shown} of {all} GPUs."),
        "odd": _("Not shown: {why}"),
        "clock": _("This host's clock differs from yours by {n} s."),
        "off": _("The times of its values and of its message differ by {n} s."),
        "twice": _("The same GPUs are also reported by {names}, and counted twice."),
        "renamed": _("This monitor reported its host as {before}, and now reports {now}."),
        "hosts": _("{n} of {all} hosts connected."),
        "more_hosts": _("Showing {shown} of {all} unhealthy hosts."),
        "old": _("outdated"),
        "vendors": {GpuVendor.NVIDIA: "NVIDIA", GpuVendor.AMD: "AMD"},
        "unified": _("(shared with the machine)"),
        "machine": {
            "cpu": _("CPU {share} %, {number} processors"),
            "memory": _("memory {used} / {total} GiB"),
            "disk": _("{path}: {free} of {total} GiB free"),
        },
        "all_in_words": _("{all} GPUs: {uses}. Mean utilisation {mean}."),
        "some_in_words": _("{shown} of {all} GPUs: {uses}. Mean utilisation {mean}."),
        "none_fits": _("None of {all} GPUs matches."),
        # Translators: as in "12 busy".
        "count": _("{n} {use}"),
        "none": nothing(),
        "use": uses(),
        "scales": _scales(),
        "rule": {"samples": IDLE_SAMPLES, "percent": IDLE_BELOW_PERCENT, "mib": RESERVED_ABOVE_MIB},
        "limits": {
            "gpus": MAX_GPUS,
            "processes": MAX_PROCESSES,
            "characters": MAX_MESSAGE_CHARACTERS,
            "components": MAX_COMPONENTS,
            "rows": _MAX_ROWS,
            "open": _MAX_OPEN,
            "legend": _MAX_IN_LEGEND,
        },
        "templates": templates(codes_in(answers, causes, remedies, throttling, schema_messages)),
        "gpu": _("GPU"),
        "silent_periods": SILENT_PERIODS,
        "samples": HISTORY_SAMPLES,
    }


def _scales() -> dict[str, dict[str, str]]:
    """Returns the name of each number on the map, and of the ends of its scale."""
    return {
        "utilization": {"label": _("Utilisation of each GPU (%)"), "low": "0 %", "high": "100 %"},
        "memory": {"label": _("Memory of each GPU that is used (%)"), "low": "0 %", "high": "100 %"},
        "temperature": {"label": _("Temperature of each GPU (°C)"), "low": "20 °C", "high": "100 °C"},
        "power": {"label": _("Power of each GPU (W)"), "low": _("0 W"), "high": _("its limit")},
    }


def page_texts(layout: dict[str, Any]) -> dict[str, Any]:
    """Returns the further texts of the GPU page; `layout` is that of its chart."""
    return host_texts() | {
        "summary": _("{gpu}: now {now}, mean {mean}, lowest {lowest}, highest {highest}"),
        "processes": _("Processes"),
        "process_head": [
            _("Host"), _("GPU"), _("Process"), _("User"), _("Command"), _("Memory (MiB)"), _("Run"),
        ],
        "no_process": _("No process is on a GPU."),
        "unknown_processes": _("It is not known which processes are on the GPUs."),
        "most_processes": _("Showing {shown} of {all} processes, those with the most memory."),
        "many_lines": _("Point at a line to see which GPU it is."),
        "most_open": _("Showing the first {shown} of {all} open GPUs."),
        "not_there": _("No such GPU: {names}"),
        "open_all": _("Open these {n}"),
        "all": _("all"),
        "colours": list(PALETTE),
        "dashes": list(DASHES),
        "layout": layout,
    }  # fmt: skip
