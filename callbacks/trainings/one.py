"""`/trainings/one` and `/trainings/result`: the state of one training without its socket, and its results."""

from typing import Any

import dash
import flask

from callbacks.wire import answer
from components.permissions import refusal_of
from components.texts.translate import translate
from components.trainings import training_outcomes, training_page
from domain.access.rules import Access
from domain.errors import NotFound, ServiceError
from domain.message_data import MessageData
from domain.registry.models import Model
from domain.run_facts.run_summary import summarise
from domain.tracking.compared import is_run_id
from domain.tracking.runs import Run
from domain.trainings.recorded import recorded_training
from domain.trainings.training import OVER, Training
from services.connect import Services
from services.registry.model_view import ModelView


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server

    @server.get("/trainings/one")
    def one() -> flask.Response:
        """Returns the training from its scheduler, else from its run in MLflow."""
        run_id = flask.request.args.get("run_id", "")
        try:
            known_training, away = _known(services, run_id), None
        except ServiceError as error:
            known_training, away = None, translate(error)
        shown = known_training or _recorded(services, run_id)
        if shown is None and away is None:
            return answer({"is_there": False, "html": training_page.not_found(run_id)})
        note = None if known_training is not None or away is not None else training_page.elsewhere(shown)
        training = None if shown is None else shown.model_dump(mode="json")
        return answer(
            {"is_there": True, "training": training, "is_live": known_training is not None, "away": away, "note": note}
        )

    @server.get("/trainings/result")
    def result() -> flask.Response:
        run_id = flask.request.args.get("run_id", "")
        try:
            training = _known(services, run_id)
        except ServiceError:
            training = None
        run = _ended_run(services, run_id)
        training = training or (None if run is None else recorded_training(run))
        if training is None or training.state not in OVER:
            return answer({"html": None, "is_final": False})
        model, failure = _model(services, run_id)
        is_final = failure is None and run is not None and run.is_over
        summary = None if run is None else summarise(run, services.vocabulary)
        made = training_outcomes.TrainedModel(model, is_final=is_final, failure=failure)
        return answer(training_outcomes.result(training, summary, made, refusal_of(Access.WRITE)))


def _known(services: Services, run_id: str) -> Training | None:
    if not is_run_id(run_id):
        return None
    try:
        return services.scheduler.training(run_id)
    except NotFound:
        return None


def _recorded(services: Services, run_id: str) -> Training | None:
    run = _run(services, run_id)
    return None if run is None else recorded_training(run)


def _run(services: Services, run_id: str) -> Run | None:
    if not is_run_id(run_id):
        return None
    return services.runs.view_with([run_id], services.settings.patience_seconds).get(run_id)


def _ended_run(services: Services, run_id: str) -> Run | None:
    """Returns the run, read again if it had not ended when last read."""
    run = _run(services, run_id)
    if run is None or run.is_over:
        return run
    return services.runs.changed_view(services.settings.patience_seconds).get(run_id)


def _model(services: Services, run_id: str) -> tuple[Model | None, MessageData | None]:
    """Returns the newest model that the run made, and why the models could not be read since it ended."""
    patience = services.settings.patience_seconds
    found = _made_by(services.model_views.view(patience), run_id)
    if found is not None:
        return found, None
    view = services.model_views.refreshed(patience)
    return _made_by(view, run_id), None if view.failure is None else view.failure.whole


def _made_by(view: ModelView, run_id: str) -> Model | None:
    models: list[Any] = [] if view.models is None else view.models.models
    return next((model for model in models if model.run_id == run_id), None)
