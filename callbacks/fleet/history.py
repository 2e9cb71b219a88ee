"""The page of the GPU history: a question is answered with a chart, a table and a file."""

from collections.abc import Callable
from typing import Any, Final, TypedDict

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, no_update
from pydantic import ValidationError

from callbacks.freshness import FailureUpdate, failure_outputs, is_retry, tick_and_retry
from callbacks.wire import with_message
from components import ids, notices
from components.fleet import usage_table
from components.fleet.fleet_words import nothing_found
from components.fleet.history_figure import empty_figure, history_figure
from components.fleet.history_page import note, nothing
from components.texts import words
from components.texts.language import _, language
from components.texts.translate import translate
from domain.errors import BadInput, ServiceError
from domain.errors.fleet.history import is_gap
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.fleet.lines import lines, matching, named, names_a_gpu
from domain.fleet.queries import FleetQuery
from domain.fleet.series import FleetHistory
from domain.fleet.usage import Grouping, GroupKey, UsageRow, usage
from domain.message_data import MessageData
from domain.run_table.table import RunTable
from services.connect import Services
from services.fleet.fleet_histories import HistoryView
from services.fleet.runs_of_users import run_finder

_CSV_SECONDS = 25.0
_RETRY_SECONDS = 3.0
_FILE: Final = "gpu-usage.csv"
_FILE_OF_A_PART: Final = "gpu-usage-incomplete.csv"


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks and the CSV route of the page to `app`."""
    _register_browser(app)

    @app.callback(
        output={
            "chart": {
                "figure": Output(ids.FLEET_FIGURE, "data"),
                "note": Output(ids.FLEET_NOTE, "children"),
                "rows": Output(ids.FLEET_ROWS, "data"),
                "drawn": Output(ids.FLEET_DRAWN, "data"),
                "no_lines": Output(ids.FLEET_DRAWING, "hidden"),
                "no_rows": Output(ids.FLEET_LISTING, "hidden"),
            },
            **failure_outputs("fleet"),
            "is_whole": Output(ids.FLEET_SOON, "disabled"),
        },
        inputs={
            "question_data": Input(ids.FLEET_QUESTION, "data"),
            "_triggers": [*tick_and_retry("fleet"), Input(ids.FLEET_SOON, "n_intervals")],
        },
        state={"drawn": State(ids.FLEET_DRAWN, "data")},
    )
    def draw(question_data: object, _triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        """Draws what is known so far; the page polls while the rest is being read."""
        try:
            question = FleetQuery.model_validate(question_data)
            wait = _RETRY_SECONDS if is_retry("fleet") else services.settings.patience_seconds
            view = services.fleet.view(question.span, wait, question.measure)
        except (ValidationError, BadInput) as error:
            text = (
                translate(error)
                if isinstance(error, BadInput)
                else _("The address refers to something that does not exist.")
            )
            return {"chart": _no_chart(nothing(text)), "failure": no_update, "failed": False, "is_whole": True}
        chart = _chart(services, question, view, drawn)
        return {"chart": chart, **_failed(services, view), "is_whole": not view.is_pending}

    @app.server.get("/fleet/usage.csv")
    @with_message
    def usage_as_csv() -> flask.Response:
        try:
            question = FleetQuery.model_validate(flask.request.args.to_dict())
        except ValidationError as error:
            raise ContractMisfit(misfits_of(error)) from error
        history = services.fleet.read(question.span, _CSV_SECONDS)
        view = services.runs.first_view(services.settings.patience_seconds)
        response = flask.Response(usage_table.usage_csv(_rows(question, history, view.runs)), mimetype="text/csv")
        # In the file's name, so that the information stays with the numbers: GPUs or names of runs may be missing.
        are_runs_known = view.runs is not None and view.runs.progress is None and view.failure is None
        is_whole = are_runs_known and not any(map(is_gap, history.remarks))
        name = _FILE if is_whole else _FILE_OF_A_PART
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class _Chart(TypedDict):
    """The chart, the sentences above it and the rows of its table; `drawn` changes with them."""

    figure: Any
    note: Any
    rows: Any
    drawn: Any
    no_lines: Any
    no_rows: Any


_NO_UPDATE: Final = _Chart(
    figure=no_update, note=no_update, rows=no_update, drawn=no_update, no_lines=no_update, no_rows=no_update
)


def _chart(services: Services, question: FleetQuery, view: HistoryView, drawn: str | None) -> _Chart:
    """Draws chart and table; no update if the page already shows the same."""
    if view.history is None or view.as_of_ms is None:
        if view.is_pending:
            return {**_no_chart(), "figure": empty_figure(_("Reading the history…")), "no_lines": False}
        return _no_chart()  # the note above has the reason
    runs = services.runs.view()
    mark = words.fingerprint(
        f"{language()} {question.model_dump_json()} {view.history.steps} {view.as_of_ms} {view.is_pending} {runs.as_of}"
    )
    if mark == drawn:
        return _NO_UPDATE
    run_of = run_finder(runs.runs)
    found = matching(view.history, question.q, run_of)
    matches = _user_filter(question, found)
    made = [line for line in lines(found, question.measure, question.by, run_of) if matches(line.key)]
    sentences = note(view.history, view.as_of_ms, len(made), is_pending=view.is_pending)
    if not made:
        sentences.append(nothing(nothing_found(question, of_gpus=len(found.gpus))))
    rows = [usage_table.row(number, used) for number, used in enumerate(_rows(question, view.history, runs.runs))]
    return {
        "figure": history_figure(question, view.history.steps, made),
        "note": sentences,
        "rows": rows,
        "drawn": mark,
        "no_lines": not made,
        "no_rows": not rows,
    }


def _no_chart(*note: Any) -> _Chart:
    """Returns an empty chart and table, with sentences that give the reason."""
    return {"figure": empty_figure(""), "note": list(note), "rows": [], "drawn": "", "no_lines": True, "no_rows": True}


def _user_filter(question: FleetQuery, found: FleetHistory) -> Callable[[GroupKey], bool]:
    """Returns a filter for the owners and runs in question, without others that share a GPU.

    For a host it passes all.
    """
    is_everyone = question.by in (Grouping.GPU, Grouping.HOST) or names_a_gpu(found, question.q)
    return lambda key: is_everyone or named(key, question.q)


def _rows(question: FleetQuery, history: FleetHistory, runs: RunTable | None) -> list[UsageRow]:
    run_of = run_finder(runs)
    found = matching(history, question.q, run_of)
    matches = _user_filter(question, found)
    rows = usage(found, question.by, run_of)
    return [row for row in rows if matches(tuple(row.model_dump(include=_KEYS).items()))]


_KEYS = {"owner", "run_id", "run", "experiment"}


def _failed(services: Services, view: HistoryView) -> FailureUpdate:
    if view.failure is None:
        return {"failure": no_update, "failed": False}
    failure = view.failure
    # With several monitors the one that failed is named.
    service = MessageData.of(failure.service if isinstance(failure, ServiceError) else services.fleet.source.name)
    cause = failure.cause_json if isinstance(failure, ServiceError) else failure.json_value
    sentence = notices.failure(service, MessageData.model_validate(cause), as_of_ms=view.as_of_ms)
    return {"failure": sentence, "failed": True}


def _register_browser(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("fleetHistory", "ask"),
        Output(ids.FLEET_QUESTION, "data"),
        Output(ids.FLEET_WHOLE, "style"),
        Input(ids.FLEET_RANGE, "value"),
        Input(ids.FLEET_MEASURE, "value"),
        Input(ids.FLEET_BY, "value"),
        Input(ids.FLEET_FIND, "value"),
        Input(ids.FLEET_WHOLE, "n_clicks"),
        Input(ids.FLEET_CHART, "relayoutData"),
        State(ids.FLEET_QUESTION, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("fleetHistory", "draw"),
        Output(ids.FLEET_CHART, "figure"),
        Input(ids.FLEET_FIGURE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("fleetHistory", "fill"),
        Output(ids.FLEET_CSV, "href"),
        Input(ids.FLEET_ROWS, "data"),
        State(ids.FLEET_QUESTION, "data"),
        State(ids.FLEET_TEXTS, "data"),
    )
