"""Every route and socket of Clew's processes, and what a request to it does; callbacks are in `callbacks.py`.

A test compares it with the routes of the apps. A route that is missing here fails that test, and counts as a write.
"""

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
        "GET /scripts/<file_name>": READ,
        "GET /static/<path:filename>": READ,
        "GET /_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": READ,
        "GET /_dash-layout": READ,
        "GET /_dash-dependencies": READ,
        "GET /_reload-hash": READ,
        "GET /_favicon.ico": READ,
        "POST /_dash-update-component": READ,  # `callbacks.py` has what each callback does
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
        "POST /runs/report.html": READ,  # for a query that is too long for an address
        "GET /runs/now": READ,
        "POST /runs/change": WRITE,
        "POST /runs/many": WRITE,
        "GET /runs/trash": READ,
        "GET /fleet/usage.csv": READ,
        "GET /charts/figure": READ,
        "POST /charts/figure": READ,  # for a query that is too long for an address
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
"""Routes of the dashboard; only programs write by them, except by those of ANSWERED_THERE."""

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
"""Routes by which a person on a page writes: they check the access themselves and answer a refusal to that page."""

INFERENCE: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "GET /health": READ,
        "GET /ws/inference": READ,  # a socket; ALLOWED_ORIGINS lists the sites whose pages may connect
        "GET /evaluations/<path:model_id>": READ,
        "POST /evaluations/<path:model_id>": WORK,
        "POST /episodes/<path:model_id>": WORK,
        "DELETE /evaluations/<path:model_id>": WORK,  # and only for the viewer who started it
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


def access_of(table: Mapping[str, Access], method: str, rule: str) -> Access:
    """Returns what a request with this method and URL rule does; a write where it is not listed."""
    return READ if method in _READING_METHODS else table.get(f"{method} {rule}", WRITE)
