"""Answers that the event loop sends itself, without a thread, even when all are busy."""

from http import HTTPStatus
from typing import Final

import orjson

from domain.errors import ClewError
from domain.message_data import coded

RETRY_SECONDS: Final = 5


def refusal(error: ClewError) -> bytes:
    """Returns a complete HTTP response with `error` in the API's format, which closes the connection."""
    body = orjson.dumps({**coded(error, "error"), "details": {}})
    status = HTTPStatus(error.status)
    lines = [
        f"HTTP/1.1 {status} {status.phrase}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        *([f"Retry-After: {RETRY_SECONDS}"] if status is HTTPStatus.SERVICE_UNAVAILABLE else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
