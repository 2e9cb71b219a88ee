"""The front page: a callback for each tile: none waits for the source of another. The GPUs' goes past this server."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import dash
from cachetools import LRUCache, cached
from cachetools.keys import hashkey
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry
from callbacks.sockets import hand_on
from components import ids
from components.front import front, front_attention, front_best, front_health, front_model
from components.gpus import gpus
from components.texts import words
from components.texts.language import language
from domain.front import in_progress
from domain.health import HealthReport, ServiceKind
from domain.registry.models import ModelState, activation_of
from domain.run_table.table import RunTable
from domain.tracking.best_runs import BestRuns, best_per_algorithm
from domain.tracking.runs import RunStatus
from domain.tracking.vocabulary import Vocabulary
from domain.trainings.training import WAITING
from services.alerts.team_alerts import KnownAlerts
from services.connect import Services
from services.failures import Failure
from services.registry.model_view import ModelView
from services.tracking.run_store import RunView

_SECONDS_PER_HOUR = 3600
Filled = tuple[Any, Any]  # what a tile shows, as a mark that changes with it, and what draws it
Fill = Callable[[RunTable, datetime], Filled]  # that of these runs, as of then


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the front page to `app`."""
    _register_attention(app, services)
    _register_runs(app, services, "runs", _in_progress_by(services.vocabulary))
    _register_runs(app, services, "best", _best_by(services.vocabulary))
    _register_model(app, services)
    _register_health(app, services)
    _register_gpus(app, gpus.with_components(len(services.settings.gpu_monitors)))


def _register_runs(app: dash.Dash, services: Services, tile: str, fill: Fill) -> None:
    @app.callback(*_outputs(tile), *_inputs(tile))
    def refresh(_tick: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        if is_retry(front.place(tile)):
            view = services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        else:
            view = services.runs.first_view(services.settings.patience_seconds)
        # As of when they were read: while MLflow is away, Clew does not know that a run is silent.
        filled = None if view.runs is None else fill(view.runs, view.as_of or view.runs.swept_at)
        return (*_body(filled, view.failure, drawn), *_freshness(view))


def _register_attention(app: dash.Dash, services: Services) -> None:
    @app.callback(*_outputs("attention"), *_inputs("attention"))
    def refresh(_tick: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        if is_retry(front.place("attention")):
            known = services.alerts.refreshed(RETRY_WAIT_SECONDS)
        else:
            known = services.alerts.view(services.settings.patience_seconds)
        queue = services.trainings.queue().known
        waiting = 0 if queue is None else sum(one.state in WAITING for one in queue.listed.trainings)
        listed = known.alerts
        read_ms = words.unix_ms(known.as_of) or 0
        shown = listed and (listed.model_dump_json(exclude={"watcher_at_ms"}), listed.is_heard(read_ms))
        drawing = partial(front_attention.attention, listed, waiting, read_ms)
        filled = None if listed is None else ((shown, waiting), drawing)
        return (*_body(filled, known.failure, drawn), *_freshness(known))


def _register_model(app: dash.Dash, services: Services) -> None:
    @app.callback(*_outputs("model"), *_inputs("model"))
    def refresh(_tick: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        if is_retry(front.place("model")):
            view = services.model_views.refreshed(RETRY_WAIT_SECONDS)
        else:
            view = services.model_views.view(services.settings.patience_seconds)
        return (*_body(_active_model(view), view.failure, drawn), *_freshness(view))


def _register_health(app: dash.Dash, services: Services) -> None:
    @app.callback(*_outputs("health", may_fail=False), *_inputs("health"))
    def refresh(_tick: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        if is_retry(front.place("health")):
            report = services.health.asked_anew(RETRY_WAIT_SECONDS)
        else:
            report = services.health.report(services.settings.patience_seconds)
        return (*_body(_health(services, report), None, drawn), front.as_of(words.unix_ms(report.asked_at)))


def _register_gpus(app: dash.Dash, hosts: range) -> None:
    app.clientside_callback(
        ClientsideFunction("gpuTile", "start"),
        # Dash calls what has no output for changes only, and this has to begin.
        Output(ids.FRONT_GPU_STARTED, "data"),
        Input(ids.FRONT_GPU_MONITORS, "data"),
        State(ids.FRONT_GPU_TEXTS, "data"),
        State(ids.FRONT_GPU_SCHEMA, "data"),
    )
    hand_on(app, "gpuTile", (ids.front_gpu("socket", host) for host in hosts))


def _outputs(tile: str, *, may_fail: bool = True) -> list[Output]:
    """What a tile shows, which of it that is, how old it is; and what failed, where something may."""
    always = [(ids.front(tile, "body"), "children"), (ids.front(tile, "drawn"), "data")]
    always.append((ids.front(tile, "as-of"), "children"))
    failing = [(ids.failure(front.place(tile)), "children"), (ids.failure_alert(front.place(tile)), "is_open")]
    return [Output(*one) for one in always + (failing if may_fail else [])]


def _inputs(tile: str) -> list[Input | State]:
    asked = [Input(ids.tick("front"), "n_intervals"), Input(ids.retry(front.place(tile)), "n_clicks")]
    return [*asked, State(ids.front(tile, "drawn"), "data")]


def _body(filled: Filled | None, failure: Failure | None, drawn: str | None) -> Filled:
    """The tile's content and its mark; no update where the page has it, so that a reader's focus stays."""
    if filled is None:
        return (no_update if failure is None or drawn else None), no_update
    mark = words.fingerprint(f"{language()} {filled[0]}")
    return (no_update, no_update) if mark == drawn else (filled[1](), mark)


def _freshness(view: RunView | ModelView | KnownAlerts) -> tuple[Any, Any, bool]:
    """How old a tile is, what failed since, and whether something did."""
    return front.as_of(words.unix_ms(view.as_of)), *failed(view)


def _in_progress_by(vocabulary: Vocabulary) -> Fill:
    def fill(runs: RunTable, as_of: datetime) -> Filled:
        found = in_progress(runs.with_status(RunStatus.RUNNING, RunStatus.SCHEDULED), as_of, vocabulary)
        return [run.model_dump_json() for run in found], lambda: front.runs_in_progress(found)

    return fill


def _best_by(vocabulary: Vocabulary) -> Fill:
    """Keeps the best of the newest list for an hour: each app by its own vocabulary, and so apart."""

    @cached(LRUCache(1), key=lambda runs, hour: hashkey(runs.version, hour), lock=threading.Lock())
    def best_of(runs: RunTable, hour: int) -> BestRuns:
        return best_per_algorithm(
            runs.without_archived(), datetime.fromtimestamp(hour * _SECONDS_PER_HOUR, UTC), vocabulary
        )

    def fill(runs: RunTable, as_of: datetime) -> Filled:
        best = best_of(runs, int(as_of.timestamp() // _SECONDS_PER_HOUR))
        return best.model_dump_json(), lambda: front_best.best_runs(best)

    return fill


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
    # As of now, and not of when they were asked: other tiles have been refreshed since.
    shown = {
        ServiceKind.MLFLOW: words.unix_ms(services.runs.last_view().as_of),
        ServiceKind.MODEL_STORE: words.unix_ms(services.model_views.last_view().as_of),
    }
    return (report.model_dump_json(), shown), lambda: front_health.services(report, shown)
