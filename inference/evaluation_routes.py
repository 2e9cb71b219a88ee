"""`/evaluations/<model_id>` over HTTP: POST starts, GET tells, DELETE cancels."""

from collections.abc import Set
from typing import Any, Final

from flask import Flask, Response, jsonify, request

from domain.access.identity import program_asker
from domain.access.rules import Asker
from domain.errors import ClewError
from domain.errors.models.records import ModelNotFound
from domain.hosts import Origin
from domain.inference.messages import EvaluationReport
from domain.message_data import coded
from domain.registry.models import LONGEST_ID
from inference.episode_routes import PREFIX as EPISODES
from inference.evaluations import Evaluations
from inference.fair_turns import person_of
from inference.settings import InferenceSettings
from sockets.fair_places import address_of
from sockets.origins import is_allowed

_PREFIX: Final = "/evaluations/"
_RETRY_SECONDS: Final = 10


def register(app: Flask, settings: InferenceSettings, evaluations: Evaluations, origins: Set[str | Origin]) -> None:
    """Adds the routes; a page of another site may not use them."""

    def asker() -> Asker:
        return program_asker(request.headers, request.remote_addr, settings)

    @app.before_request
    def refuse() -> Response | None:
        origin = request.headers.get("Origin")
        if not request.path.startswith((_PREFIX, EPISODES)) or is_allowed(origin, request.host, origins):
            return None
        return _failed(f"Pages of {origin} may not ask this; ALLOWED_ORIGINS names those that may.", 403)

    @app.errorhandler(ClewError)
    def named(error: ClewError) -> Response:
        response = _failed(str(error), error.status, coded(error, "error"))
        if error.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        if error.status == 503:
            response.headers["Retry-After"] = str(_RETRY_SECONDS)
        return response

    @app.post(f"{_PREFIX}<path:model_id>")
    def start(model_id: str) -> Response:
        person = person_of(asker(), address_of(request))
        return _answer(evaluations.start(_possible(model_id), asker(), person), 202)

    @app.get(f"{_PREFIX}<path:model_id>")
    def report(model_id: str) -> Response:
        return _answer(evaluations.get(model_id, asker()))

    @app.delete(f"{_PREFIX}<path:model_id>")
    def cancel(model_id: str) -> Response:
        return _answer(evaluations.cancel(model_id, asker()), 202)


def _possible(model_id: str) -> str:
    if len(model_id) > LONGEST_ID or not model_id.isprintable():
        raise ModelNotFound(repr(model_id[:40]))
    return model_id


def _answer(report: EvaluationReport, status: int = 200) -> Response:
    return Response(report.model_dump_json(), status, mimetype="application/json")


def _failed(sentence: str, status: int, code: dict[str, Any] | None = None) -> Response:
    response = jsonify({"error": sentence, "details": {}, **(code or {})})
    response.status_code = status
    return response
