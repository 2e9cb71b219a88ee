"""The table: every route, callback and socket of Clew, and what a request to it does.

A test walks the apps against it: what is not listed fails there, and counts as a write until it is.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.access.rules import Access

READ, WRITE, WORK = Access.READ, Access.WRITE, Access.WORK
_READING_METHODS: Final = ("HEAD", "OPTIONS")

DASHBOARD: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "GET /": READ,
        "GET /<path:path>": READ,
        "GET /assets/<path:filename>": READ,
        "GET /scripts/<asked>": READ,
        "GET /static/<path:filename>": READ,
        "GET /_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": READ,
        "GET /_dash-layout": READ,
        "GET /_dash-dependencies": READ,
        "GET /_reload-hash": READ,
        "GET /_favicon.ico": READ,
        "POST /_dash-update-component": READ,  # which callback it calls says more: CALLBACKS
        "POST /changes": WRITE,
        "POST /runs/rows": READ,
        "POST /runs/ids": READ,
        "POST /runs/relations": READ,
        "GET /runs/columns": READ,
        "GET /runs/list.csv": READ,
        "GET /runs/facts": READ,
        "GET /runs/changes": READ,
        "GET /runs/named": READ,
        "GET /runs/report.html": READ,
        "POST /runs/report.html": READ,  # what is too long for an address
        "GET /runs/now": READ,
        "POST /runs/change": WRITE,
        "POST /runs/many": WRITE,
        "GET /runs/trash": READ,
        "GET /fleet/usage.csv": READ,
        "GET /charts/figure": READ,
        "POST /charts/figure": READ,  # what is too long for an address
        "GET /charts/points.csv": READ,
        "POST /charts/points.csv": READ,
        "GET /charts/table": READ,
        "GET /charts/metrics": READ,
        "POST /charts/metrics": READ,
        "GET /views": READ,
        "POST /views": WRITE,
        "POST /links": WRITE,
        "POST /episodes": WRITE,
        "GET /artifacts/list": READ,
        "GET /artifacts/preview": READ,
        "GET /artifacts/lines": READ,
        "GET /artifacts/found": READ,
        "GET /artifacts/console": READ,
        "GET /artifacts/media": READ,
        "GET /trainings/form": READ,
        "POST /trainings/check": READ,
        "GET /trainings/list": READ,
        "GET /trainings/one": READ,
        "GET /trainings/result": READ,
        "POST /trainings/start": WRITE,
        "POST /trainings/actions": WRITE,
        "GET /health": READ,
        "GET /api/health": READ,
        "GET /api/models": READ,
        "GET /api/models/active": READ,
        "POST /api/models/active": WRITE,
        "GET /api/models/history": READ,
        "GET /api/models/<path:model_id>": READ,
        "GET /api/models/<path:model_id>/policy": READ,
        "DELETE /api/models/<path:model_id>": WRITE,
        "POST /api/models/<path:model_id>/restore": WRITE,
        "POST /api/models/<path:model_id>/episodes": WRITE,
        "GET /api/runs": READ,
        "GET /api/runs/compare": READ,
        "GET /api/runs/<run_id>": READ,
        "GET /api/runs/<run_id>/facts.json": READ,
        "GET /api/runs/<run_id>/differences": READ,
        "PATCH /api/runs/<run_id>": WRITE,
        "DELETE /api/runs/<run_id>": WRITE,
        "POST /api/runs/<run_id>/restore": WRITE,
        "GET /api/runs/<run_id>/changes": READ,
        "POST /api/runs/changes": WRITE,
        "GET /api/runs/trash": READ,
        "GET /api/runs/<run_id>/metrics": READ,
        "GET /api/runs/<run_id>/metrics/<path:key>": READ,
        "GET /api/runs/<run_id>/artifacts": READ,
        "GET /api/runs/<run_id>/artifacts/file": READ,
        "GET /api/runs/<run_id>/artifacts/document": READ,
        "GET /api/views": READ,
        "GET /api/alerts": READ,
        "POST /api/alerts/mutes": WRITE,
        "DELETE /api/alerts/mutes/<mute_id>": WRITE,
        "GET /api/gpus/usage": READ,
        "GET /api/training/trainers": READ,
        "GET /api/training/runs": READ,
        "GET /api/training/runs/<run_id>": READ,
        "GET /api/training/runs/<run_id>/log": READ,
        "GET /api/training/runs/<run_id>/log.txt": READ,
        "POST /api/training/start": WRITE,
        "POST /api/training/stop": WRITE,
        "POST /api/training/queue": WRITE,
        "POST /api/training/continue": WRITE,
        "POST /api/training/fork": WRITE,
    }
)
"""Routes of the dashboard; a program writes here, but for ANSWERED_THERE."""

ANSWERED_THERE: Final = frozenset(
    {
        "POST /changes",
        "POST /views",
        "POST /links",
        "POST /episodes",
        "POST /runs/change",
        "POST /runs/many",
        "POST /trainings/start",
        "POST /trainings/actions",
    }
)
"""Routes at which a person acts: they ask the table by themselves, and say a refusal where it was clicked."""

INFERENCE: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "GET /health": READ,
        "GET /ws/inference": READ,  # a socket; ALLOWED_ORIGINS says whose pages may watch
        "GET /evaluations/<path:model_id>": READ,
        "POST /evaluations/<path:model_id>": WORK,
        "POST /episodes/<path:model_id>": WORK,
        "DELETE /evaluations/<path:model_id>": WORK,  # and only by whoever started it
    }
)
"""Routes of the inference engine."""

GPU_MONITOR: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "GET /health": READ,
        "GET /metrics": READ,
        "GET /gpus": READ,
        "GET /history": READ,
        "GET /ws/gpu": READ,  # a socket, as above
    }
)
"""Routes of the GPU monitor."""

SCHEDULER: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "GET /health": READ,
        "GET /api/training/runs": READ,
        "GET /api/training/runs/<run_id>": READ,
        "GET /api/training/runs/<run_id>/log": READ,
        "GET /api/training/runs/<run_id>/log.txt": READ,
        "GET /api/training/trainers": READ,
        "POST /api/training/start": WRITE,
        "POST /api/training/stop": WRITE,
        "POST /api/training/queue": WRITE,
        "POST /api/training/continue": WRITE,
        "POST /api/training/fork": WRITE,
        "GET /ws/training/<run_id>": READ,  # a socket, as above
    }
)
"""Routes of the scheduler."""

CALLBACKS: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "_pages_content.children": READ,
        "front-attention-body.children": READ,
        "alerts-body.children": READ,
        "alerts-mute-outcome.children": WRITE,
        "front-runs-body.children": READ,
        "front-best-body.children": READ,
        "front-model-body.children": READ,
        "front-health-body.children": READ,
        "runs-freshness-text.children": READ,
        "runs-empty.children": READ,
        "runs-sample-dialog.is_open": READ,
        "runs-sample-outcome.children": WRITE,
        "compare-table.children": READ,
        "compare-download.data": READ,
        "compare-group-summary.children": READ,
        "compare-group-pattern-read.data": READ,
        "run-charts.hidden": READ,
        "run-tool-outcome.children": WRITE,
        "models-chosen.data": READ,
        "models-freshness.children": READ,
        "model-facts.children": READ,
        "model-policy.children": READ,
        "gpus-runs.data": READ,
        "fleet-figure.data": READ,
        "inference-model.options": READ,
        "evaluation-report.children": READ,  # but for its buttons
        "evaluation-report.children evaluation-start.n_clicks": WORK,
        "evaluation-report.children evaluation-cancel.n_clicks": WORK,
    }
)
"""Callbacks that reach the server, by their first output, or else their first input, a number in it being *; a person
acts here. After a space, what started it, where that makes a difference."""


def access_of(table: Mapping[str, Access], method: str, rule: str) -> Access:
    """Returns what a request does whose method and rule are given; what is not listed counts as a write."""
    return READ if method in _READING_METHODS else table.get(f"{method} {rule}", WRITE)


def callback_name(output: str, first_input: str) -> str:
    """Returns how CALLBACKS names the callback with this output, as Dash writes it.

    One without outputs has only a hash.
    """
    first = output.strip(".").split("...")[0]
    name = first if "." in first else first_input
    return re.sub(r"-\d+(?=\.)", "-*", name.partition("@")[0])


def is_listed(callback: str) -> bool:
    """Returns whether the table says what a callback of this name does."""
    return callback in CALLBACKS


def access_of_callback(name: str, triggers: list[str]) -> Access:
    """Returns what a callback does that these properties started; what is not listed counts as a write."""
    found = [CALLBACKS.get(f"{name} {trigger}") for trigger in triggers]
    return next(filter(None, found), CALLBACKS.get(name, WRITE))
