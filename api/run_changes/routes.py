"""`/api/runs/…`: names, notes, tags and marks of runs, the trash, and what runs tell of their changes."""

from typing import Any, Final

from flask import Blueprint, Response, request
from pydantic import BaseModel

from api.edge.identity import user_of
from api.run_list import run_ids_asked_for
from api.wire import answer, body_as
from domain.errors import ClewError
from domain.errors.records import RunIdMalformed
from domain.errors.run_changes.records import NoRunsChosen
from domain.message_data import Coded, coded
from domain.run_changes.changes import RunChange
from domain.run_changes.now import MovedRuns, RunNow
from domain.run_changes.requests import ManyRuns
from domain.run_changes.trash import Trash
from domain.tracking.compared import is_run_id
from services.connect import Services
from services.run_changes.bulk import each
from services.run_changes.trash import trash_failure

_BULK_SECONDS: Final = 20.0
# Of a query, what leaves no run out.
_SAYS_NO_RUNS: Final = frozenset({"column", "sort", "page", "page_size", "archived", "lang"})


class RunFailed(Coded):
    """A run with which nothing was done, and why."""

    run_id: str
    error: str


class ManyDone(BaseModel):
    """Which runs are as was asked, with which nothing was done, and for which there was no time: ask again for them."""

    done: list[str]
    failed: list[RunFailed]
    left: list[str]


def blueprint(services: Services) -> Blueprint:
    """The routes that change the runs of `services`."""
    routes = Blueprint("run_changes", __name__, url_prefix="/runs")
    team_runs, patience = services.team_runs, services.settings.patience_seconds

    @routes.get("/<run_id>/changes")
    def now(run_id: str) -> Response:
        return answer(RunNow, team_runs.now(_possible(run_id)))

    @routes.patch("/<run_id>")
    def change(run_id: str) -> Response:
        changed = team_runs.change(_possible(run_id), body_as(RunChange), _by(services))
        services.runs.changed_view(patience)
        return answer(RunNow, changed.run)

    @routes.delete("/<run_id>")
    def delete(run_id: str) -> Response:
        done = team_runs.delete(_possible(run_id), _by(services))
        services.runs.changed_view(patience)
        return answer(MovedRuns, done)

    @routes.post("/<run_id>/restore")
    def restore(run_id: str) -> Response:
        done = team_runs.restore(_possible(run_id), _by(services))
        services.runs.changed_view(patience)
        return answer(MovedRuns, done)

    @routes.get("/trash")
    def trash() -> Response:
        known = team_runs.trash.view(patience)
        if known.trash is None:
            raise trash_failure(known)
        return answer(Trash, known.trash)

    @routes.post("/changes")
    def change_many() -> Response:
        asked, by = body_as(ManyRuns), _by(services)
        found = each(_chosen(asked, services), lambda run_id: team_runs.act(asked, run_id, by), _BULK_SECONDS)
        services.runs.changed_view(patience)
        failed = [_failed(run_id, error) for run_id, error in found.failed.items()]
        return answer(ManyDone, ManyDone(done=list(found.done), failed=failed, left=found.left))

    return routes


def _chosen(asked: ManyRuns, services: Services) -> list[str]:
    """Those that are named, or that the filters of the address leave; without either nobody meant all."""
    if asked.runs is not None:
        return asked.runs
    if not set(request.args) - _SAYS_NO_RUNS:
        raise NoRunsChosen
    return run_ids_asked_for(services)


def _possible(run_id: str) -> str:
    if not is_run_id(run_id):
        raise RunIdMalformed
    return run_id


def _by(services: Services) -> str | None:
    return user_of(request, services.settings)


def _failed(run_id: str, error: ClewError) -> RunFailed:
    told: dict[str, Any] = coded(error, "error")
    return RunFailed(run_id=run_id, **told)
