"""Reads JSON bodies and writes JSON answers of the routes that only pages use."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask
import orjson
from dash.development.base_component import Component
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from components.texts.translate import translate
from domain.errors import ClewError, NotFound, ServiceError
from domain.errors.misfits import misfits_of
from domain.errors.requests import BodyNotJson, ContractMisfit, NotSentAsJson, RequestRefused, RequestTooLong
from domain.errors.services import passes_by_itself
from domain.message_data import coded

B = TypeVar("B", bound=BaseModel)
Route = Callable[[], flask.Response]
# The ids of 50,000 selected runs are 1.7 MB.
MAX_BYTES = 4 * 2**20


def body_as(shape: type[B], most_bytes: int = MAX_BYTES) -> B:
    """Returns the request's body, which has to be JSON; raises `RequestRefused`, or as `content`."""
    try:
        return shape.model_validate_json(content(most_bytes))
    except ValidationError as error:
        fields = misfits_of(error)
        is_json = error.errors(include_input=False, include_url=False)[0]["type"] != "json_invalid"
        raise (ContractMisfit if is_json else BodyNotJson)(fields) from error


def content(most_bytes: int) -> bytes:
    """Returns the request's body; raises `NotSentAsJson`, and `RequestTooLong` beyond `most_bytes`."""
    flask.request.max_content_length = most_bytes
    if not flask.request.is_json:
        raise NotSentAsJson
    try:
        return flask.request.get_data()
    except RequestEntityTooLarge as error:  # werkzeug's own, which has no translation
        raise RequestTooLong(most_bytes >> 10) from error


def answer(value: Mapping[str, Any]) -> flask.Response:
    """Answers `value` as JSON: for thousands of rows a second faster than Flask or Plotly."""
    return flask.Response(orjson.dumps(value, default=_of_component), mimetype="application/json")


def _of_component(value: Any) -> Any:
    """Converts a component to the JSON from which assets/live_text.js builds HTML."""
    if isinstance(value, Component):
        return value.to_plotly_json()
    raise TypeError


def with_message(route: Route) -> Route:
    """Wraps `route`: it answers failures as the API does, with an additional `message` in the reader's language."""

    @wraps(route)
    def answered() -> flask.Response:
        try:
            return route()
        except ClewError as error:
            fields = error.fields if isinstance(error, RequestRefused) else {}
            text = " ".join([translate(error), *map(translate, fields.values())])
            details = {name: str(reason) for name, reason in fields.items()}
            refused = answer({**coded(error, "error"), "details": details, "message": text})
            refused.status_code = error.status
            return refused

    return answered


def problem(error: ClewError) -> dict[str, Any]:
    """Returns a failure that the page shows in the part's place; `passes` states whether the page asks again."""
    return {"problem": translate(error), "status": error.status, "passes": passes_by_itself(error)}


def problem_in_place(route: Callable[[], dict[str, Any]]) -> Callable[[], flask.Response]:
    """Wraps `route`: it answers failures that the page shows in the part's place as a `problem`, with its `status`.

    With another status than 200 the browser would log an error.
    """

    @wraps(route)
    @with_message
    def answered() -> flask.Response:
        try:
            return answer(route())
        except (NotFound, ServiceError) as error:
            return answer(problem(error))

    return answered
