"""One log line per request, and an id that connects all log lines of a request."""

import logging
import threading
import time
import uuid

import flask
from flask import Flask, Response, g, request

log = logging.getLogger("clew.requests")
_QUIET = ("/assets/", "/scripts/", "/_dash-component-suites/", "/_favicon.ico", "/health")


class LineQuota:
    """At most so many lines per period; further ones are counted, and the count is logged with the next line."""

    def __init__(self, lines: int = 60, seconds: float = 60.0) -> None:
        self._lines = lines
        self._seconds = seconds
        self._lock = threading.Lock()
        self._ends = 0.0
        self._written = 0
        self._left_out = 0

    def take(self) -> tuple[bool, int]:
        """Returns whether a line may be written, and how many were skipped before it."""
        with self._lock:
            left_out, now = 0, time.monotonic()
            if now >= self._ends:
                left_out = self._left_out
                self._ends, self._written, self._left_out = now + self._seconds, 0, 0
            self._written += 1
            if self._written <= self._lines:
                return True, left_out
            self._left_out += 1
            return False, 0


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every line that is logged while a request is handled."""

    def filter(self, record: logging.LogRecord) -> bool:
        if flask.has_request_context() and "request_id" in g:
            record.request_id = g.request_id
        return True


def register(server: Flask) -> None:
    """Logs the requests of `server`: method, path, status, duration in ms.

    If very many are refused, only the first ones.
    """
    refused = LineQuota()
    for handler in logging.getLogger().handlers:
        handler.addFilter(RequestIdFilter())

    @server.before_request
    def begin() -> None:
        g.request_id = request.headers.get("X-Request-ID", "")[:64] or uuid.uuid4().hex
        g.began = time.monotonic()

    @server.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        left_out = 0
        if 400 <= response.status_code < 500:
            may_write, left_out = refused.take()
            if not may_write:
                return response
        is_usual = request.path.startswith(_QUIET) and response.status_code < 400
        level = logging.DEBUG if is_usual else logging.INFO
        log.log(
            level,
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "duration_ms": round((time.monotonic() - g.began) * 1000, 1),
                **({"refused_and_not_logged": left_out} if left_out else {}),
            },
        )
        return response
