"""The front page: a callback per tile, so that no tile waits for the source of another.

GPU data bypasses this server.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import (
    RETRY_WAIT_SECONDS,
    FreshnessUpdate,
    alerts_view,
    failed,
    failure_outputs,
    is_retry,
    models_view,
    runs_view,
)
from callbacks.front_runs import Fill, Filled, best_runs_by, runs_in_progress_by
from callbacks.sockets import forward_messages
from components import ids
from components.front import front, front_attention, front_health, front_model
from components.gpus import gpus
from components.runs import reading_texts
from components.texts import words
from components.texts.language import language
from domain.health import HealthReport, ServiceKind
from domain.registry.models import ModelState, activation_of
from domain.trainings.training import WAITING
from services.alerts.team_alerts import KnownAlerts
from services.connect import Services
from services.failures import Failure
from services.registry.model_view import ModelView
from services.tracking.run_store import RunView
from services.trainings.training_snapshots import QueueView

_QUEUE_AGE = timedelta(minutes=1)  # a queue that no page has asked for lately
_UNTOUCHED_FOLD: front_health.InFold = {"title": no_update, "rows": no_update, "hidden": no_update}


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the front page to `app`."""
    _register_attention(app, services)
    _register_runs(app, services, "runs", runs_in_progress_by(services.vocabulary))
    _register_runs(app, services, "best", best_runs_by(services.vocabulary))
    _register_model(app, services)
    _register_health(app, services)
    _register_gpus(app, gpus.with_components(len(services.settings.gpu_monitors)))


def _register_runs(app: dash.Dash, services: Services, tile: str, fill: Fill) -> None:
    @app.callback(**_grouped(tile))
    def refresh(_triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        view = runs_view(services, front.place(tile))
        # As of the time of reading: while MLflow is unreachable, Clew cannot know that a run is silent.
        filled = None if view.runs is None else fill(view.runs, view.as_of or view.runs.swept_at)
        return {**_content(filled, view.failure, drawn), **_freshness(view)}


def _register_attention(app: dash.Dash, services: Services) -> None:
    @app.callback(**_grouped("attention"))
    def refresh(_triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        known = alerts_view(services, front.place("attention"))
        waiting = waiting_trainings(
            services.trainings.queue(services.settings.patience_seconds, _QUEUE_AGE),
            is_configured=not services.settings.embedded_scheduler,
        )
        listed = known.alerts
        read_ms = words.unix_ms(known.as_of) or 0
        shown = listed and (listed.model_dump_json(exclude={"watcher_at_ms"}), listed.has_live_watcher(read_ms))
        drawing = partial(front_attention.attention, listed, waiting, read_ms)
        filled = None if listed is None else ((shown, waiting), drawing)
        return {**_content(filled, known.failure, drawn), **_freshness(known)}


def waiting_trainings(queue: QueueView, *, is_configured: bool) -> front_attention.Waiting:
    """Returns how many trainings wait, with its own age where the scheduler has not answered since.

    None wait where no scheduler `is_configured`, and that of this machine was never reached: the team runs none.
    """
    if queue.known is None:
        return front_attention.Waiting(None if is_configured or queue.failure is None else 0)
    number = sum(one.state in WAITING for one in queue.known.listed.trainings)
    is_old = queue.failure is not None or queue.as_of is None or datetime.now(UTC) - queue.as_of > _QUEUE_AGE
    return front_attention.Waiting(number, words.unix_ms(queue.as_of) if is_old else None)


def _register_model(app: dash.Dash, services: Services) -> None:
    @app.callback(**_grouped("model"))
    def refresh(_triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        view = models_view(services, front.place("model"))
        return {**_content(_active_model(view), view.failure, drawn), **_freshness(view)}


def _register_health(app: dash.Dash, services: Services) -> None:
    grouped = _grouped("health", may_fail=False)
    grouped["output"] |= {
        "title": Output(ids.FRONT_FOLD_TITLE, "children"),
        "rows": Output(ids.FRONT_FOLD_ROWS, "children"),
        "hidden": Output(ids.FRONT_FOLD, "hidden"),
    }

    @app.callback(**grouped)
    def refresh(_triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        if is_retry(front.place("health")):
            report = services.health.refreshed_report(RETRY_WAIT_SECONDS)
        else:
            report = services.health.report(services.settings.patience_seconds)
        content = _content(_health(services, report), None, drawn)
        fold = _UNTOUCHED_FOLD if content["body"] is no_update else front_health.in_fold(report)
        return {**content, "age": front.as_of(words.unix_ms(report.asked_at)), **fold}


def _register_gpus(app: dash.Dash, hosts: range) -> None:
    app.clientside_callback(
        ClientsideFunction("gpuTile", "start"),
        # Dash calls a callback without outputs only for changes, but this one has to run at the start.
        Output(ids.FRONT_GPU_STARTED, "data"),
        Input(ids.FRONT_GPU_MONITORS, "data"),
        State(ids.FRONT_GPU_TEXTS, "data"),
        State(ids.FRONT_GPU_SCHEMA, "data"),
    )
    forward_messages(app, "gpuTile", (ids.front_gpu("socket", host) for host in hosts))


def _grouped(tile: str, *, may_fail: bool = True) -> dict[str, Any]:
    """Returns the outputs, inputs and states of a tile's callback by name.

    A tile that `may_fail` has the outputs of a failure, too.
    """
    place = front.place(tile)
    return {
        "output": {
            "body": Output(ids.front(tile, "body"), "children"),
            "drawn": Output(ids.front(tile, "drawn"), "data"),
            "age": Output(ids.front(tile, "as-of"), "children"),
            **(failure_outputs(place) if may_fail else {}),
        },
        "inputs": {"_triggers": [Input(ids.tick("front"), "n_intervals"), Input(ids.retry(place), "n_clicks")]},
        "state": {"drawn": State(ids.front(tile, "drawn"), "data")},
    }


class _Content(TypedDict):
    """The content of a tile; `drawn` is its fingerprint."""

    body: Any
    drawn: Any


def _content(filled: Filled | None, failure: Failure | None, drawn: str | None) -> _Content:
    """Draws a tile's content; no update if the page already shows the same, which keeps the reader's focus."""
    if filled is None:
        return {"body": no_update if failure is None or drawn else None, "drawn": no_update}
    mark = words.fingerprint(f"{language()} {filled[0]}")
    if mark == drawn:
        return {"body": no_update, "drawn": no_update}
    return {"body": filled[1](), "drawn": mark}


def _freshness(view: RunView | ModelView | KnownAlerts) -> FreshnessUpdate:
    """Returns how old a tile's data is, or how much has been read so far, and what failed since."""
    progress = view.runs.progress if isinstance(view, RunView) and view.runs is not None else None
    age = front.as_of(words.unix_ms(view.as_of)) if progress is None else reading_texts.so_far(progress)
    return {"age": age, **failed(view)}


def _active_model(view: ModelView) -> Filled | None:
    if view.models is None:
        return None
    active = view.models.all_active
    if not active:
        there = sum(model.state is not ModelState.DELETED for model in view.models.models)
        return f"none of {there}", lambda: front_model.no_active_model(there)
    model, *others = active
    activation = activation_of(view.history, model)
    serves = view.models.active == model
    mark = [one.model_dump_json() for one in active], activation and activation.model_dump_json(), serves
    return mark, lambda: front_model.active_models(model, activation, others, serves=serves)


def _health(services: Services, report: HealthReport) -> Filled | None:
    if report.asked_at is None:
        return None
    # Read now, not when the health checks began: other tiles may have been refreshed since.
    shown = {
        ServiceKind.MLFLOW: words.unix_ms(services.runs.last_view().as_of),
        ServiceKind.MODEL_STORE: words.unix_ms(services.model_views.last_view().as_of),
    }
    return (report.model_dump_json(), shown), lambda: front_health.services(report, shown)
