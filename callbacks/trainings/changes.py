"""`/trainings/start` and `/trainings/actions`: starting, stopping and queueing of trainings."""

from typing import Any

import dash
import flask
from pydantic import BaseModel, ConfigDict, JsonValue

from callbacks.trainings.forks import check_fork
from callbacks.trainings.form import known_trainer
from callbacks.wire import answer, body_as, with_message
from components.links import href, training_href
from components.trainings import training_form, training_outcomes
from domain.access.rules import Access, Requester, check
from domain.errors import ClewError
from domain.errors.connections import OutcomeUnknown
from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.answers import Started
from domain.trainings.checking import checked
from domain.trainings.requests import (
    QUEUE_ACTIONS,
    ForkRequest,
    QueueAction,
    QueueRequest,
    RequestId,
    RunId,
    RunRequest,
    StartRequest,
)
from domain.trainings.training import TrainingAction
from services.connect import Services
from services.identity import reader

_MAX_BYTES = 2**16


class StartBody(BaseModel):
    """A training to start; the page makes the request id, so that a request that is sent twice starts once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request_id: RequestId
    trainer: str
    values: dict[str, JsonValue]
    fork: RunId | None = None


class ActionBody(BaseModel):
    """An action on a training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: RunId
    action: TrainingAction


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    server: flask.Flask = app.server

    @server.post("/trainings/start")
    @with_message
    def start() -> flask.Response:
        requested = body_as(StartBody, _MAX_BYTES)
        try:
            started = _started(services, requested, _writer(services))
        except OutcomeUnknown as error:
            return answer(training_form.not_known(error))
        except TrainingRefused as error:
            return answer(training_form.refused(error, training_form.field_errors(error)))
        except ClewError as error:
            return answer(training_form.refused(error))
        services.trainings.refreshed_queue(services.settings.patience_seconds)
        run_ids = [one.run_id for one in started.runs] or [started.run_id]
        where = training_href(run_ids[0]) if len(run_ids) == 1 else None
        return answer(training_form.started(run_ids, where))

    @server.post("/trainings/actions")
    @with_message
    def act() -> flask.Response:
        requested = body_as(ActionBody, _MAX_BYTES)
        try:
            done = _done(services, requested, _writer(services))
        except OutcomeUnknown as error:
            return answer(training_form.not_known(error))
        except ClewError as error:
            return answer(training_form.refused(error))
        services.trainings.refreshed_queue(services.settings.patience_seconds)
        return answer(done)


def _writer(services: Services) -> Requester:
    """Returns who sent the request; raises if they may not write."""
    requester = reader(flask.request.headers, flask.request.remote_addr, services.settings)
    check(Access.WRITE, requester, services.settings)
    return requester


def _started(services: Services, requested: StartBody, requester: Requester) -> Started:
    """Starts it after the same checks here, since only here errors can be put in the reader's language."""
    trainer = known_trainer(services, requested.trainer)
    check_fork(services, requested.fork, trainer, checked(trainer, requested.values)[0])
    body: dict[str, Any] = {**requested.values, "request_id": requested.request_id}
    if requested.fork is not None:
        return services.scheduler.fork(ForkRequest.model_validate(body | {"run_id": requested.fork}), requester)
    return services.scheduler.start(StartRequest.model_validate(body | {"trainer": requested.trainer}), requester)


def _done(services: Services, requested: ActionBody, requester: Requester) -> dict[str, Any]:
    one, action, scheduler = RunRequest(run_id=requested.run_id), requested.action, services.scheduler
    if action is TrainingAction.STOP:
        scheduler.stop(one, requester)
    elif action in QUEUE_ACTIONS:
        scheduler.queue(QueueRequest(run_id=one.run_id, action=QueueAction(action)), requester)
    elif action is TrainingAction.CONTINUE:
        scheduler.continue_training(one, requester)
    else:  # the reader fills in a form first
        return training_outcomes.leads_to(href("/training", fork=requested.run_id))
    return training_outcomes.acted(action)
