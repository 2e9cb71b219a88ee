"""The page of one run: its facts and charts, updated while it runs."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import dash
import flask
from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, failure_outputs, is_retry, tick_and_retry
from callbacks.runs.drawing import ChartData, fingerprint
from components import ids, notices
from components.runs import comparison, run_detail
from components.runs.clocks import clock_sentences
from components.runs.run_detail import RunContext
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.tracking.clocks import implausible_times
from domain.tracking.compared import Compared
from domain.tracking.nesting import family_of
from domain.tracking.runs import Run
from domain.tracking.silence import silent_minutes
from services.connect import Services
from services.tracking.run_store import RunView
from settings.browser_urls import mlflow_run_page

_SUBJECTS: Final = [Subject(word) for word in run_detail.WORDS]


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the run page to `app`."""

    @app.callback(
        output={
            "hidden": Output(ids.RUN_CHARTS, "hidden"),
            "facts": Output(ids.RUN_FACTS, "children"),
            "notices": Output(ids.RUN_NOTICES, "children"),
            **failure_outputs("run"),
            "drawn": Output(ids.RUN_DRAWN, "data"),
        },
        inputs={
            "_triggers": [
                *tick_and_retry("run"),
                Input(ids.RUN_TOOL_OUTCOME, "children"),
            ]
        },
        state={"run_id": State(ids.RUN_ID, "data"), "drawn": State(ids.RUN_DRAWN, "data")},
    )
    def draw(_triggers: list[Any], run_id: str, drawn: str | None) -> dict[str, Any]:
        patience = services.settings.patience_seconds
        ends = time.monotonic() + patience
        if is_retry("run"):
            services.histories.retry()
            view = services.runs.refreshed_view(RETRY_WAIT_SECONDS)
            ends += RETRY_WAIT_SECONDS  # a reader who presses a button expects to wait
        else:
            view = services.runs.view_with([run_id], patience)
        drawing = ChartData.of(services, view, [run_id], _SUBJECTS, ChartOptions(), ends)
        failure = failed(view)
        context = _context(view, run_id, drawing, services.settings.commit_url)
        seen = None
        if context is not None:
            seen = (context.silent_minutes, context.family.named(), _logged(drawing), context.stated)
        if drawing.unread and view.failure is None:
            raise PreventUpdate  # what the page shows, also its spinner, stays until it is known whether the run exists
        shown = fingerprint((run_id, view.failure, view.as_of if failure["failed"] else None, seen), drawing)
        if shown == drawn or (view.runs is None and view.failure is None):
            raise PreventUpdate
        if not failure["failed"] and drawing.failures:
            failure = {"failure": notices.failed_histories(drawing.failures), "failed": True}
        body = _body(services, run_id, drawing, context, is_none=bool(drawing.unknown))
        return {**body, **failure, "drawn": shown}

    app.clientside_callback(
        ClientsideFunction("chartGrid", "run"),
        Output(ids.grid_shown("run"), "data"),
        Input(ids.RUN_ID, "data"),
        Input(ids.options("run"), "data"),
        Input(ids.RUN_DRAWN, "data"),
        Input(ids.retry("run"), "n_clicks"),
        State(ids.grid_begin("run"), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("artifacts", "open"),
        Output(ids.RUN_ARTIFACTS_SHOWN, "data"),
        Input(ids.RUN_ID, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("artifactConsole", "show"),
        Output(ids.RUN_CONSOLE_SHOWN, "data"),
        Input(ids.RUN_ID, "data"),
        Input(ids.RUN_FACTS, "children"),
    )
    app.clientside_callback(
        ClientsideFunction("charts", "runOptions"),
        *(Input(component, "value") for component in (ids.RUN_AXIS, ids.RUN_SMOOTHING, ids.RUN_LOG)),
        State(ids.options("run"), "data"),
    )


def _context(view: RunView, run_id: str, drawing: ChartData, commit_url: str | None) -> RunContext | None:
    """Returns the facts besides the charts, as of when the runs were read.

    While MLflow is unreachable, Clew cannot know that a run is silent.
    """
    run = view.get(run_id)
    if run is None or view.runs is None:
        return None
    silence = silent_minutes(run, view.as_of or view.runs.swept_at)
    stated = view.runs.stated_tools.get(run.experiment_id)
    return RunContext(drawing.found, family_of(run, view.runs), silence, commit_url, stated)


def _logged(drawing: ChartData) -> list[Any]:
    """Returns parameters and tags, for the fingerprint of the page: a finished run may still get some."""
    return [(run.params, run.tags) for run in drawing.runs]


def _body(
    services: Services, run_id: str, drawing: ChartData, context: RunContext | None, *, is_none: bool
) -> dict[str, Any]:
    """Returns whether the charts are hidden, the facts, and the notices."""
    if not drawing.runs or context is None:
        facts = run_detail.not_found(run_id) if is_none else None
        return {"hidden": True, "facts": facts, "notices": None}
    run = drawing.runs[0]
    now = datetime.now(UTC)
    sentences = [*clock_sentences(run, implausible_times(run, now), now)]
    sentences += comparison.absent(Compared(), [], 1, len(drawing.pending))
    return {
        "hidden": False,
        "facts": run_detail.facts(run, _mlflow_page(services, run), services.vocabulary, context),
        "notices": notices.sentences_alert(sentences),
    }


def _mlflow_page(services: Services, run: Run) -> str | None:
    request = flask.request
    return mlflow_run_page(services.settings, request.scheme, request.host, run.experiment_id, run.run_id)
