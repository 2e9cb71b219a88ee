"""The page of the GPUs' history: a question becomes a chart, a table and a file."""

from collections.abc import Callable
from typing import Any

import dash
import flask
from dash import ClientsideFunction, Input, Output, State, no_update
from pydantic import ValidationError

from callbacks.freshness import is_retry
from callbacks.wire import in_words
from components import ids, notices
from components.fleet import usage_table
from components.fleet.fleet_words import nothing_found
from components.fleet.history_figure import empty_figure, history_figure
from components.fleet.history_page import note, nothing
from components.texts import words
from components.texts.language import _, language
from components.texts.translate import translate
from domain.errors import BadInput, ServiceError
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit
from domain.fleet.lines import lines, matching, named, names_a_gpu
from domain.fleet.questions import FleetQuestion
from domain.fleet.series import FleetHistory
from domain.fleet.usage import Grouping, GroupKey, UsageRow, usage
from domain.message_data import MessageData
from services.connect import Services
from services.fleet.fleet_histories import HistoryView
from services.fleet.runs_of_users import run_finder

_CSV_SECONDS = 25.0
_RETRY_SECONDS = 3.0


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks and the file of the page to `app`."""
    _register_browser(app)

    @app.callback(
        Output(ids.FLEET_FIGURE, "data"),
        Output(ids.FLEET_NOTE, "children"),
        Output(ids.FLEET_ROWS, "data"),
        Output(ids.FLEET_DRAWN, "data"),
        Output(ids.FLEET_DRAWING, "hidden"),
        Output(ids.FLEET_LISTING, "hidden"),
        Output(ids.failure("fleet"), "children"),
        Output(ids.failure_alert("fleet"), "is_open"),
        Output(ids.FLEET_SOON, "disabled"),
        Input(ids.FLEET_QUESTION, "data"),
        Input(ids.tick("fleet"), "n_intervals"),
        Input(ids.FLEET_SOON, "n_intervals"),
        Input(ids.retry("fleet"), "n_clicks"),
        State(ids.FLEET_DRAWN, "data"),
    )
    def draw(asked: object, _tick: int, _soon: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        """What is known by now; while the rest is being read, the page asks again soon."""
        try:
            question = FleetQuestion.model_validate(asked)
            wait = _RETRY_SECONDS if is_retry("fleet") else services.settings.patience_seconds
            view = services.fleet.view(question.span, wait, question.measure)
        except (ValidationError, BadInput) as error:
            text = translate(error) if isinstance(error, BadInput) else _("The address asks for what there is not.")
            return (*_without_chart(nothing(text)), no_update, False, True)
        shown = _shown(services, question, view, drawn)
        return (*shown, *_failed(services, view), not view.is_pending)

    @app.server.get("/fleet/usage.csv")
    @in_words
    def usage_as_csv() -> flask.Response:
        try:
            question = FleetQuestion.model_validate(flask.request.args.to_dict())
        except ValidationError as error:
            raise ContractMisfit(misfits_of(error)) from error
        rows = _rows(services, question, services.fleet.read(question.span, _CSV_SECONDS))
        response = flask.Response(usage_table.usage_csv(rows), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="gpu-usage.csv"'
        return response


def _shown(services: Services, question: FleetQuestion, view: HistoryView, drawn: str | None) -> tuple[Any, ...]:
    """Figure, note, rows, mark, and whether chart and table are empty; no update of what the page has already."""
    if view.history is None or view.as_of_ms is None:
        if view.is_pending:
            return empty_figure(_("Reading the history…")), [], [], "", False, True
        return _without_chart()  # why there is none stands above
    runs = services.runs.view()
    mark = words.fingerprint(
        f"{language()} {question.model_dump_json()} {view.history.steps} {view.as_of_ms} {view.is_pending} {runs.as_of}"
    )
    if mark == drawn:
        return (no_update,) * 6
    run_of = run_finder(runs.runs)
    found = matching(view.history, question.q, run_of)
    is_meant = _is_meant(question, found)
    made = [line for line in lines(found, question.measure, question.by, run_of) if is_meant(line.key)]
    told = note(view.history, view.as_of_ms, len(made), is_pending=view.is_pending)
    if not made:
        told.append(nothing(nothing_found(question, of_gpus=len(found.gpus))))
    rows = [usage_table.row(number, used) for number, used in enumerate(_rows(services, question, view.history))]
    return history_figure(question, view.history.steps, made), told, rows, mark, not made, not rows


def _without_chart(*said: Any) -> tuple[Any, ...]:
    """As `_shown`, where there is nothing to draw."""
    return empty_figure(""), list(said), [], "", True, True


def _is_meant(question: FleetQuestion, found: FleetHistory) -> Callable[[GroupKey], bool]:
    """Of owners and runs that were sought only they, and not all who share a GPU with them; of a host's GPUs all."""
    is_everyone = question.by in (Grouping.GPU, Grouping.HOST) or names_a_gpu(found, question.q)
    return lambda key: is_everyone or named(key, question.q)


def _rows(services: Services, question: FleetQuestion, history: FleetHistory) -> list[UsageRow]:
    run_of = run_finder(services.runs.view().runs)
    found = matching(history, question.q, run_of)
    is_meant = _is_meant(question, found)
    rows = usage(found, question.by, run_of)
    return [row for row in rows if is_meant(tuple(row.model_dump(include=_KEYS).items()))]


_KEYS = {"owner", "run_id", "run", "experiment"}


def _failed(services: Services, view: HistoryView) -> tuple[Any, bool]:
    if view.failure is None:
        return no_update, False
    failure = view.failure
    # Of several monitors the one that failed is named.
    service = MessageData.of(failure.service if isinstance(failure, ServiceError) else services.fleet.source.name)
    cause = failure.cause_json if isinstance(failure, ServiceError) else failure.json_value
    return notices.failure(service, MessageData.model_validate(cause), as_of_ms=view.as_of_ms), True


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
