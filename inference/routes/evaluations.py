"""`/evaluations/<model_id>` over HTTP: POST starts, GET reports, DELETE cancels."""

from flask import Flask, request

from domain.access.identity import program_requester
from domain.access.rules import Requester
from domain.errors import NotYours
from domain.errors.models.records import ModelNotFound
from domain.errors.requests import PageNotAllowed
from domain.errors.services import AskedForManyEvaluations, HoldsAllEvaluations
from domain.errors.walks import NotEvaluated
from domain.inference.messages import EvaluationReport
from domain.registry.models import LONGEST_ID
from inference.evaluations import Evaluations
from inference.fair_turns import person_of
from inference.settings import InferenceSettings
from serving.operations.operation import operation
from sockets.fair_places import address_of

PATH = "/evaluations/<path:model_id>"


def register(app: Flask, settings: InferenceSettings, evaluations: Evaluations) -> None:
    """Adds the routes."""

    def requester() -> Requester:
        return program_requester(request.headers, request.remote_addr, settings)

    @app.post(PATH)
    @operation(PageNotAllowed, ModelNotFound, AskedForManyEvaluations, HoldsAllEvaluations, status=202)
    def start(model_id: str) -> EvaluationReport:
        """Starts the evaluation of a model; if one is running, nothing changes."""
        person = person_of(requester(), address_of(request))
        return evaluations.start(possible_id(model_id), requester(), person)

    @app.get(PATH)
    @operation(PageNotAllowed, NotEvaluated)
    def report(model_id: str) -> EvaluationReport:
        """Returns the progress and the results of a model's newest evaluation."""
        return evaluations.get(model_id, requester())

    @app.delete(PATH)
    @operation(PageNotAllowed, NotEvaluated, NotYours, status=202)
    def cancel(model_id: str) -> EvaluationReport:
        """Cancels the evaluation of a model; only the user who started it may."""
        return evaluations.cancel(model_id, requester())


def possible_id(model_id: str) -> str:
    """Returns the id of a model; raises `ModelNotFound` if no model can have this id."""
    if len(model_id) > LONGEST_ID or not model_id.isprintable():
        raise ModelNotFound(repr(model_id[:40]))
    return model_id
