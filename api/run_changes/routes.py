"""`/api/runs/…`: names, notes, tags and marks of runs, the trash, and the history of changes."""

from typing import Any, Final

from flask import Blueprint, request
from pydantic import BaseModel

from api.edge.identity import user_of
from api.run_lists.queries import FilterQuery
from api.run_lists.routes import matching_run_ids
from domain.errors import BadInput, ClewError, Conflict
from domain.errors.records import NotFoundThere, RefusedThere, RunIdMalformed
from domain.errors.run_changes.records import (
    NoRunsChosen,
    RunBeingPurged,
    RunChangedMeanwhile,
    RunInTrash,
    RunOverwritten,
    RunServes,
    RunServesNow,
    TooManyChildren,
)
from domain.errors.run_lists.filters import FiltersMisunderstood
from domain.message_data import Coded, coded
from domain.run_changes.changes import RunChange
from domain.run_changes.now import MovedRuns, RunNow
from domain.run_changes.requests import ManyRuns
from domain.run_changes.trash import Trash
from domain.tracking.compared import is_run_id
from services.connect import Services
from services.run_changes.bulk import each
from services.run_changes.trash import trash_failure
from serving.operations.failures import READING, WRITING
from serving.operations.operation import operation

_BULK_SECONDS: Final = 20.0
_ONE: Final = (RunIdMalformed, NotFoundThere, RefusedThere)


class RunFailed(Coded):
    """A run that was not changed, and why."""

    run_id: str
    error: str


class ManyDone(BaseModel):
    """Which runs are now as requested, which failed, and which were not reached in time: send these again."""

    done: list[str]
    failed: list[RunFailed]
    left: list[str]


def blueprint(services: Services) -> Blueprint:
    """Returns the routes that change the runs of `services`."""
    routes = Blueprint("run_changes", __name__, url_prefix="/runs")
    team_runs, patience = services.team_runs, services.settings.patience_seconds

    @routes.get("/<run_id>/changes")
    @operation(*_ONE, *READING)
    def now(run_id: str) -> RunNow:
        """Returns the parts of a run that can be changed, in their current state, and its newest changes."""
        return team_runs.now(_possible(run_id))

    @routes.patch("/<run_id>")
    @operation(*_ONE, RunInTrash, RunChangedMeanwhile, RunOverwritten, Conflict, *WRITING)
    def change(run_id: str, body: RunChange) -> RunNow:
        """Changes a run's name, note, tags or marks; with `seen`, only if its state is still the one seen."""
        changed = team_runs.change(_possible(run_id), body, _by(services))
        services.runs.changed_view(patience)
        return changed.run

    @routes.delete("/<run_id>")
    @operation(*_ONE, RunServes, RunServesNow, RunOverwritten, TooManyChildren, Conflict, *WRITING)
    def delete(run_id: str) -> MovedRuns:
        """Moves a run and its nested runs to the trash, unless an active model came from one of them."""
        done = team_runs.delete(_possible(run_id), _by(services))
        services.runs.changed_view(patience)
        return done

    @routes.post("/<run_id>/restore")
    @operation(*_ONE, RunBeingPurged, RunOverwritten, TooManyChildren, Conflict, *WRITING)
    def restore(run_id: str) -> MovedRuns:
        """Restores a run from the trash, with the runs that were deleted together with it."""
        done = team_runs.restore(_possible(run_id), _by(services))
        services.runs.changed_view(patience)
        return done

    @routes.get("/trash")
    @operation(*READING)
    def trash() -> Trash:
        """Lists the runs in the trash, last deleted first."""
        known = team_runs.trash.view(patience)
        if known.trash is None:
            raise trash_failure(known)
        return known.trash

    @routes.post("/changes")
    @operation(NoRunsChosen, FiltersMisunderstood, BadInput, Conflict, *WRITING)
    def change_many(query: FilterQuery, body: ManyRuns) -> ManyDone:
        """Applies one change to many runs.

        Those that are named, or those that match the filters, as in GET /api/runs.
        """
        by = _by(services)
        found = each(_chosen(query, body, services), lambda run_id: team_runs.act(body, run_id, by), _BULK_SECONDS)
        services.runs.changed_view(patience)
        failed = [_failed(run_id, error) for run_id, error in found.failed.items()]
        return ManyDone(done=list(found.done), failed=failed, left=found.left)

    return routes


def _chosen(query: FilterQuery, change_request: ManyRuns, services: Services) -> list[str]:
    """Returns the named runs, or those that match the filters of the address; one of the two is required."""
    if change_request.runs is not None:
        return change_request.runs
    if query.keeps_all:
        raise NoRunsChosen
    return matching_run_ids(query.run_query, services)


def _possible(run_id: str) -> str:
    if not is_run_id(run_id):
        raise RunIdMalformed
    return run_id


def _by(services: Services) -> str | None:
    return user_of(request, services.settings)


def _failed(run_id: str, error: ClewError) -> RunFailed:
    content: dict[str, Any] = coded(error, "error")
    return RunFailed(run_id=run_id, **content)
