"""Answers of the event loop itself, which need no thread: what is refused is refused also where all are busy."""

from http import HTTPStatus
from typing import Final

import orjson

from domain.errors import ClewError
from domain.message_data import coded

RETRY_SECONDS: Final = 5


def refusal(error: ClewError) -> bytes:
    """Returns a whole HTTP response that says `error` as the API does, and closes the connection."""
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
