"""`/runs/now`, `/runs/change`, `/runs/many` and `/runs/trash`: assets/run_edits*.js use them on any page.

They are no Dash callbacks: Dash drops answers to a page that the reader left, and reports no lost connection.
"""

from typing import Any, Self

import dash
import flask
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from callbacks.access import writer
from callbacks.wire import answer, body_as, problem_in_place, with_message
from components.run_changes import answers
from components.run_changes.trash_rows import trash_rows
from domain.errors import ClewError
from domain.errors.connections import OutcomeUnknown
from domain.errors.records import RunIdMalformed
from domain.errors.run_changes.records import RunChangedMeanwhile
from domain.run_changes.changes import RunChange
from domain.run_changes.now import MovedRuns
from domain.run_changes.requests import ManyRuns, RunAction, RunId
from domain.tracking.compared import is_run_id
from services.connect import Services
from services.run_changes.bulk import each
from services.run_changes.changing import ChangedRun

_MAX_BYTES = 2**20
_PIECE_SECONDS = 20.0


class OneRun(BaseModel):
    """A change of one run; a deletion asks for confirmation, and `is_confirmed` is the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: RunId
    action: RunAction
    change: RunChange | None = None
    is_confirmed: bool = False

    @model_validator(mode="after")
    def _has_an_action(self) -> Self:
        if (self.action is RunAction.CHANGE) != (self.change is not None):
            raise PydanticCustomError("changes_nothing", "contains nothing to change")
        return self


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server
    team_runs, patience = services.team_runs, services.settings.patience_seconds

    @server.get("/runs/now")
    @problem_in_place
    def run_now() -> dict[str, Any]:
        run_id = flask.request.args.get("run", "")
        if not is_run_id(run_id):
            raise RunIdMalformed
        return answers.now(team_runs.now(run_id))

    @server.post("/runs/change")
    @with_message
    def change_run() -> flask.Response:
        body = body_as(OneRun, _MAX_BYTES)
        try:
            done = _act(services, body, writer(services))
        except RunChangedMeanwhile as error:
            return answer(answers.refused(error, team_runs.now(body.run_id)))
        except OutcomeUnknown as error:
            return answer(answers.not_known(error))
        except ClewError as error:
            return answer(answers.refused(error))
        services.runs.changed_view(patience)
        return answer(done)

    @server.post("/runs/many")
    @with_message
    def change_many() -> flask.Response:
        """Changes a few runs per request: the page shows progress, and can stop."""
        body = body_as(ManyRuns, _MAX_BYTES)
        by = writer(services)
        found = each(body.runs or [], lambda run_id: team_runs.act(body, run_id, by), _PIECE_SECONDS)
        view = services.runs.changed_view(patience)
        names = {run_id: run.name for run_id in found.failed if (run := view.get(run_id)) is not None}
        if body.action is RunAction.RESTORE and found.failed and (trash := team_runs.trash.view(patience).trash):
            names = {run.run_id: run.name for run in trash.runs} | names
        done = {run_id: one.undo if isinstance(one, ChangedRun) else None for run_id, one in found.done.items()}
        return answer(answers.many(done, found.failed, names) | {"left": found.left})

    @server.get("/runs/trash")
    @with_message
    def trash() -> flask.Response:
        is_repeated = "again" in flask.request.args
        known = team_runs.trash.refreshed(patience) if is_repeated else team_runs.trash.view(patience)
        rows = trash_rows(known.trash, known.as_of, None if known.failure is None else known.failure.whole)
        return answer(rows | {"is_outdated": known.is_outdated})


def _act(services: Services, body: OneRun, by: str | None) -> dict[str, Any]:
    runs = services.team_runs
    if body.change is not None:
        changed = runs.change(body.run_id, body.change, by)
        return answers.changed(changed.run, changed.undo)
    if body.action is RunAction.DELETE and not body.is_confirmed:
        return answers.deletion_question(runs.moves(body.run_id))
    moved: MovedRuns = (runs.delete if body.action is RunAction.DELETE else runs.restore)(body.run_id, by)
    return answers.moved(moved, body.action)
