"""Every failure as JSON: a sentence, its code, and what is wrong with each field."""

import logging
import uuid
from typing import Final

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from domain.errors import ClewError
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
from domain.message_data import coded
from domain.messages import Text

MOST_BYTES: Final = 64 * 2**10
_RETRY_SECONDS: Final = 5
_OF_HTTP: Final[dict[int, ClewError]] = {
    400: RequestUnclear(),
    404: NoSuchAddress(),
    405: MethodNotTaken(),
    413: RequestTooLong(MOST_BYTES >> 10),
    415: NotSentAsJson(),
}
_log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Makes every error of `app` JSON."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.register_error_handler(ClewError, named)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def named(error: ClewError) -> Response:
    """Returns the answer for a failure with a name."""
    details = error.details if isinstance(error, RequestRefused) else {}
    response = _answer(error, error.status, details)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.status == 503:
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    return _answer(_OF_HTTP.get(status) or OtherRefusal(Text(f"{error.name}.")), status, {})


def _unexpected(error: Exception) -> Response:
    reference = uuid.uuid4().hex[:12]
    _log.error("A request failed", exc_info=error, extra={"reference": reference})
    return _answer(Unexpected(reference), 500, {})


def _answer(error: ClewError, status: int, details: dict[str, str]) -> Response:
    response = jsonify({**coded(error, "error"), "details": details})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
