"""`/trainings/one` and `/trainings/result`: the state of one training without its socket, and its results."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import dash
import flask

from callbacks.wire import answer
from components.permissions import refusal_of
from components.texts.translate import translate
from components.trainings import training_outcomes, training_page
from domain.access.rules import Access
from domain.errors import NotFound, ServiceError
from domain.errors.records import RunIdMalformed, RunNotFound
from domain.errors.services import AnswerTooSlow
from domain.message_data import MessageData
from domain.registry.models import Model
from domain.run_facts.run_summary import summarise
from domain.tracking.compared import is_run_id
from domain.tracking.runs import Run
from domain.trainings.recorded import recorded_training
from domain.trainings.training import OVER, Training
from services.connect import Services
from services.registry.model_view import ModelView
from services.tracking.known_runs import known_run


class _Found(NamedTuple):
    """A training, None if it is not known yet; `away` is why its scheduler, or MLflow, could not be asked."""

    training: Training | None
    is_live: bool = False
    away: str | None = None


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server

    @server.get("/trainings/one")
    def one() -> flask.Response:
        """Returns the training from its scheduler, else from its run in MLflow."""
        run_id = flask.request.args.get("run_id", "")
        try:
            found = _found(services, run_id)
        except NotFound:
            return answer({"is_there": False, "html": training_page.not_found(run_id)})
        is_elsewhere = not found.is_live and found.away is None
        note = training_page.elsewhere(found.training) if is_elsewhere else None
        training = None if found.training is None else found.training.model_dump(mode="json")
        return answer(
            {"is_there": True, "training": training, "is_live": found.is_live, "away": found.away, "note": note}
        )

    @server.get("/trainings/result")
    def result() -> flask.Response:
        run_id = flask.request.args.get("run_id", "")
        try:
            training, is_away = _known(services, run_id), False
        except ServiceError:
            training, is_away = None, True
        run, is_gone = _ended_run(services, run_id)
        training = training or (None if run is None else recorded_training(run))
        if training is None or training.state not in OVER:
            return answer({"html": None, "is_final": training is None and is_gone and not is_away})
        model, failure = _model(services, run_id, run)
        is_final = failure is None and (is_gone or (run is not None and run.is_over))
        summary = None if run is None else summarise(run, services.vocabulary)
        made = training_outcomes.TrainedModel(model, is_final=is_final, failure=failure)
        return answer(training_outcomes.result(training, summary, made, refusal_of(Access.WRITE)))


def _found(services: Services, run_id: str) -> _Found:
    """Returns what its scheduler has, else what MLflow has; raises NotFound only if there is no such training."""
    away = None
    try:
        if (known := _known(services, run_id)) is not None:
            return _Found(known, is_live=True)
    except ServiceError as error:
        away = translate(error)
    try:
        return _Found(_recorded(services, run_id), away=away)
    except (NotFound, ServiceError) as error:
        if away is None and isinstance(error, NotFound):
            raise
        return _Found(None, away=away or training_page.not_known_yet(error))


def _known(services: Services, run_id: str) -> Training | None:
    if not is_run_id(run_id):
        return None
    try:
        return services.scheduler.training(run_id)
    except NotFound:
        return None


def _recorded(services: Services, run_id: str) -> Training:
    """Returns the training as its run has it; raises NotFound, or `ServiceUnavailable` if the run may still be read."""
    run = _run(services, run_id)
    if (training := recorded_training(run)) is None:
        raise RunNotFound(run_id)
    return training


def _run(services: Services, run_id: str) -> Run:
    """Returns the run; raises NotFound, or `ServiceUnavailable` if it may still be read."""
    if not is_run_id(run_id):
        raise RunIdMalformed
    return known_run(services.runs.view_with([run_id], services.settings.patience_seconds), run_id)


def _ended_run(services: Services, run_id: str) -> tuple[Run | None, bool]:
    """Returns the run, read again if it had not ended when last read; None and True if MLflow has none."""
    try:
        run = _run(services, run_id)
    except (NotFound, ServiceError) as error:
        return None, isinstance(error, NotFound)
    if not run.is_over:
        run = services.runs.changed_view(services.settings.patience_seconds).get(run_id) or run
    return run, False


def _model(services: Services, run_id: str, run: Run | None) -> tuple[Model | None, MessageData | None]:
    """Returns the newest model that the run made, and why the models could not be read since it ended."""
    patience = services.settings.patience_seconds
    found = _made_by(services.model_views.view(patience), run_id)
    if found is not None:
        return found, None
    asked_at = datetime.now(UTC)
    view = services.model_views.refreshed(patience)
    failure = None if view.failure is None else view.failure.whole
    since = asked_at if run is None or run.ended_at is None else min(asked_at, run.ended_at)
    if failure is None and (view.tried_at is None or view.tried_at < since):
        failure = MessageData.of(AnswerTooSlow(services.models.name))  # its list is still from before the end
    return _made_by(view, run_id), failure


def _made_by(view: ModelView, run_id: str) -> Model | None:
    models: list[Any] = [] if view.models is None else view.models.models
    return next((model for model in models if model.run_id == run_id), None)
