"""Every failure as JSON: one sentence and details. Nothing under /api answers HTML, also what no route of ours is."""

import logging

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RoutingException

from api.shapes import Failed
from api.wire import RequestRefused, answer
from domain.errors import BadResponse, ClewError

# The parent of all blueprints whose routes are the API's.
BLUEPRINT = "api"
MOST_BYTES = 64 * 2**10
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SENTENCES = {
    400: "The request makes no sense.",
    404: "There is no such address in the API.",
    405: "This address does not take that method.",
    413: f"The request is longer than {MOST_BYTES >> 10} KiB.",
    415: "The body has to be JSON, with Content-Type: application/json.",
}
log = logging.getLogger(__name__)


def register(server: Flask) -> None:
    """Makes every error of `server` JSON, but for those of pages and their scripts, which are Dash's."""
    server.register_error_handler(ClewError, _named)
    server.register_error_handler(HTTPException, _of_http)
    server.register_error_handler(Exception, _unexpected)

    @server.before_request
    def keep_the_api_to_itself() -> None:
        if not _is_under_api():
            return
        request.max_content_length = MOST_BYTES
        # Dash's own route takes every address that nobody else has, and would answer with a page.
        if BLUEPRINT not in request.blueprints:
            allowed = _methods_here(server)
            raise MethodNotAllowed(allowed) if allowed else NotFound

    @server.after_request
    def leave_no_html(response: Response) -> Response:
        if _is_under_api():
            response.headers.setdefault("Cache-Control", "no-store")
            if response.mimetype == "text/html" and not response.get_data():
                del response.headers["Content-Type"]  # Flask's default, of an answer without a body
        return response


def _is_under_api() -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def _methods_here(server: Flask) -> list[str]:
    """The methods that a route of the API takes at this address; empty where there is none."""
    routes, found = server.url_map.bind_to_environ(request.environ), []
    for method in _METHODS:
        try:
            endpoint, _ = routes.match(method=method)
        except (HTTPException, RoutingException):
            continue
        if endpoint.startswith(f"{BLUEPRINT}."):
            found.append(method)
    return found


def _named(error: ClewError) -> ResponseReturnValue:
    details: dict[str, str] = {}
    if isinstance(error, RequestRefused):
        details = error.details
    elif isinstance(error, BadResponse):
        details = {error.field: error.cause}
    response = _failed(str(error), error.status, details)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _of_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if not _is_under_api():
        return error
    response = _failed(_SENTENCES.get(status) or f"{error.name}.", status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request failed", exc_info=error, extra={"reference": g.request_id, "path": request.path})
    return _failed(f"Something in Clew itself went wrong; its log has it under {g.request_id}.", 500)


def _failed(sentence: str, status: int, details: dict[str, str] | None = None) -> Response:
    return answer(Failed, Failed(error=sentence, details=details or {}), status)
