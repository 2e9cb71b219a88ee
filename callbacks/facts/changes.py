"""`/runs/changes`: what changed between runs, as tables; `/runs/named`: the runs that match what a reader types."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import dash
import flask
from dash import ClientsideFunction, Input, Output
from pydantic import BaseModel, Field

from callbacks.facts.parts import query_as
from callbacks.wire import problem_in_place
from components import ids
from components.run_facts.changes.change_tables import (
    MAX_HELD_AGAINST,
    TableOptions,
    change_tables,
    charts_link,
    choose_run,
    rows_of,
)
from components.run_facts.parts import nothing
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.errors.records import NoRunBefore, RunIdMalformed
from domain.errors.requests import RunIdsMissing, RunIdsRequired
from domain.run_facts.references import runs_called, usual_reference
from domain.run_facts.run_changes import RunName, changes_between
from domain.tracking.compared import is_run_id, parse_run_ids
from domain.tracking.runs import Run
from services.connect import Services
from services.tracking.known_runs import known_run, known_table, raise_unless_whole, whole_table
from services.tracking.run_store import RunView

_MAX_CALLED: Final = 20
_Typed = Annotated[str, Field(max_length=500)]
_Most = Annotated[int, Field(ge=1, le=20_000)]


class ChangesQuery(BaseModel):
    """Which changes of a run to show; `against` is what a reader typed, or empty for the default run."""

    run: str
    against: _Typed = ""
    q: _Typed = ""
    most: _Most = 50


class ComparedQuery(BaseModel):
    """Which changes between compared runs to show.

    `runs` is a comma-separated list whose first run is the reference.
    """

    runs: str
    q: _Typed = ""
    most: _Most = 50


class NamedQuery(BaseModel):
    """The text that a reader typed to find a run."""

    run: str
    q: _Typed


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`, and the clientside callbacks."""
    server: flask.Flask = app.server
    patience = services.settings.patience_seconds

    @server.get("/runs/changes")
    @problem_in_place
    def run_changes() -> dict[str, Any]:
        """Returns the changes compared to the run that was found; if none or several match, it returns that instead."""
        if "runs" in flask.request.args:
            return _between(services, query_as(ComparedQuery))
        query = query_as(ChangesQuery)
        if not is_run_id(query.run):
            raise RunIdMalformed
        named = [query.run, query.against] if is_run_id(query.against) else [query.run]
        view = services.runs.view_with(named, patience)
        run = known_run(view, query.run)
        found = _references(view, run, query.against)
        if not found and not query.against.strip():
            return {"against": None, "rows": 0, "body": nothing(translate(NoRunBefore(run.run_id)))}
        if len(found) != 1:
            return {"against": None, "rows": 0, "body": _not_one(found)}
        body, rows = _tables(services, [found[0], run], query.q, query.most)
        return {"against": [found[0].run_id, found[0].name], "rows": rows, "body": body}

    @server.get("/runs/named")
    @problem_in_place
    def runs_named() -> dict[str, Any]:
        """Returns id, name and experiment of each matching run."""
        query = query_as(NamedQuery)
        found = runs_called(query.q, known_table(services.runs.first_view(patience)), query.run, _MAX_CALLED)
        return {"runs": [[run.run_id, run.name, run.experiment] for run in found]}

    app.clientside_callback(
        ClientsideFunction("runChanges", "show"),
        Output(ids.RUN_CHANGES_SHOWN, "data"),
        Input(ids.RUN_ID, "data"),
        Input(ids.RUN_DRAWN, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runChanges", "compare"),
        Output(ids.COMPARE_CHANGES_SHOWN, "data"),
        Input(ids.COMPARED, "data"),
    )


def _references(view: RunView, run: Run, typed: str) -> list[Run]:
    if not typed.strip():
        usual = usual_reference(run, whole_table(view))
        return [] if usual is None else [usual]
    known = view.get(typed.strip()) if is_run_id(typed.strip()) else None
    found = [known] if known is not None else runs_called(typed, known_table(view), run.run_id, _MAX_CALLED)
    if not found:
        raise_unless_whole(view)
    return found


def _not_one(found: Sequence[Run]) -> list[Any]:
    if not found:
        return nothing(_("There is no such run. Enter its name or its id."))
    candidates = [(_name(run), run.experiment) for run in found]
    return choose_run(candidates, is_cut=len(found) == _MAX_CALLED)


def _between(services: Services, query: ComparedQuery) -> dict[str, Any]:
    requested_ids, _malformed = parse_run_ids(query.runs)
    if not requested_ids:
        raise RunIdsMissing({"runs": RunIdsRequired()})
    view = services.runs.view_with(requested_ids[:MAX_HELD_AGAINST], services.settings.patience_seconds)
    known_table(view)
    runs = [run for run_id in requested_ids[:MAX_HELD_AGAINST] if (run := view.get(run_id)) is not None]
    if len(runs) < 2:
        if len(requested_ids) > 1:
            raise_unless_whole(view)
        return {"rows": 0, "body": nothing(_("“What changed” needs two runs."))}
    body, rows = _tables(services, runs, query.q, query.most)
    if len(requested_ids) > MAX_HELD_AGAINST:
        body.insert(0, _only(MAX_HELD_AGAINST, len(requested_ids)))
    return {"rows": rows, "body": body}


def _only(shown: int, query: int) -> Any:
    [sentence] = nothing(_("The first %(n)s of %(all)s runs are shown.", n=words.count(shown), all=words.count(query)))
    return sentence


def _tables(services: Services, runs: Sequence[Run], typed: str, most: int) -> tuple[list[Any], int]:
    changes = changes_between(runs, services.vocabulary)
    seen = TableOptions(typed, most, services.settings.commit_url)
    is_run_page = "runs" not in flask.request.args
    head = [charts_link(changes.runs)] if is_run_page else []
    return [*head, *change_tables(changes, seen)], rows_of(changes)


def _name(run: Run) -> RunName:
    return RunName(run_id=run.run_id, name=run.name)
