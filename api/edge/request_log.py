"""One log line per request, and an id that ties a request's lines together."""

import logging
import time
import uuid

import flask
from flask import Flask, Response, g, request

log = logging.getLogger("clew.requests")
_QUIET = ("/assets/", "/_dash-component-suites/", "/_favicon.ico", "/health")


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every line that is logged while a request is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        if flask.has_request_context() and "request_id" in g:
            record.request_id = g.request_id
        return True


def register(server: Flask) -> None:
    """Logs the requests of `server`: method, path, status, duration in ms."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(RequestIdFilter())

    @server.before_request
    def begin() -> None:
        g.request_id = request.headers.get("X-Request-ID", "")[:64] or uuid.uuid4().hex
        g.began = time.monotonic()

    @server.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
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
            },
        )
        return response
