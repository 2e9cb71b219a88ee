"""JSON responses for all failures: a sentence, its code, and the error of each field."""

import logging
import uuid
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from domain.errors import BadResponse, ClewError
from domain.errors.requests import (
    MethodNotTaken,
    NoSuchAddress,
    NotSentAsJson,
    OtherRefusal,
    RequestRefused,
    RequestTooLong,
    RequestUnclear,
    Unexpected,
)
from domain.message_data import Failed, coded
from domain.messages import Text
from serving.operations.wire import answer

MAX_BYTES: Final = 64 * 2**10
"""The longest request body that is read."""
_OF_HTTP: Final[dict[int, ClewError]] = {
    400: RequestUnclear(),
    404: NoSuchAddress(),
    405: MethodNotTaken(),
    415: NotSentAsJson(),
}
_log = logging.getLogger(__name__)


def register(app: Flask, *, retry_seconds: int) -> None:
    """Makes every error of `app` JSON; `retry_seconds` is the `Retry-After` of a 503."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES

    @app.errorhandler(ClewError)
    def named(error: ClewError) -> Response:
        return answer_of(error, retry_seconds)

    app.register_error_handler(HTTPException, answer_of_http)
    app.register_error_handler(Exception, _unexpected)

    @app.after_request
    def forbid_storing(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def answer_of(error: ClewError, retry_seconds: int) -> Response:
    """Returns the response for a failure with a code, with the headers that its status needs."""
    details: dict[str, str] = {}
    if isinstance(error, RequestRefused):
        details = error.details
    elif isinstance(error, BadResponse):
        details = {str(error.field): error.cause}
    response = failed(error, error.status, details)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    elif error.status == 503:
        response.headers["Retry-After"] = str(retry_seconds)
    return response


def answer_of_http(error: HTTPException) -> Response:
    """Returns the response for a refusal of Flask's own, such as an unknown address."""
    status = error.code or 500
    response = failed(_named_as(error, status), status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def failed(error: ClewError, status: int, details: dict[str, str] | None = None) -> Response:
    """Returns a response whose body is `Failed`."""
    return answer(Failed, Failed(**coded(error, "error"), details=details or {}), status)


def _named_as(error: HTTPException, status: int) -> ClewError:
    if isinstance(error, RequestEntityTooLarge):
        return RequestTooLong((request.max_content_length or 0) >> 10)
    return _OF_HTTP.get(status) or OtherRefusal(Text(f"{error.name}."))


def _unexpected(error: Exception) -> Response:
    reference = uuid.uuid4().hex[:12]
    _log.error("A request failed", exc_info=error, extra={"reference": reference, "path": request.path})
    return failed(Unexpected(reference), 500)
