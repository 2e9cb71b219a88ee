"""Every failure as JSON: a sentence, its code, and details; HTML only where pages are, also at what no route is."""

import logging

from dash.exceptions import DependencyException
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import RoutingException

from api.shapes import Failed
from api.wire import answer
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
from domain.message_data import coded
from domain.messages import Text
from serving.refusals import RETRY_SECONDS

# The parent of all blueprints whose routes are the API's.
BLUEPRINT = "api"
# Below these everything is asked for by programs, or by the pages' own scripts.
_DATA = ("/api", "/health", "/runs", "/charts", "/views", "/links", "/changes", "/artifacts", "/fleet")
_EVERY_PAGE = "/<path:path>"
_SCRIPTS = "/_dash-component-suites/"
MOST_BYTES = 64 * 2**10
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OF_HTTP: dict[int, ClewError] = {
    400: RequestUnclear(),
    404: NoSuchAddress(),
    405: MethodNotTaken(),
    415: NotSentAsJson(),
}
log = logging.getLogger(__name__)


def register(server: Flask) -> None:
    """Makes every error of `server` JSON, but for those of pages and their scripts, which are Dash's."""
    server.register_error_handler(ClewError, _named)
    server.register_error_handler(HTTPException, _of_http)
    server.register_error_handler(DependencyException, _no_such_script)
    server.register_error_handler(Exception, _unexpected)

    @server.before_request
    def keep_pages_out_of_the_data() -> None:
        if _is_under("/api"):
            request.max_content_length = MOST_BYTES
        # Dash's own route takes every address that nobody else has, and would answer with a page.
        if _is_data() and (request.url_rule is None or request.url_rule.rule == _EVERY_PAGE):
            allowed = _methods_here(server)
            raise MethodNotAllowed(allowed) if allowed else NotFound

    @server.after_request
    def leave_no_html(response: Response) -> Response:
        if _is_data():
            response.headers.setdefault("Cache-Control", "no-store")
            # A file that is sent as it comes has a body.
            if response.mimetype == "text/html" and not response.is_streamed and not response.get_data():
                del response.headers["Content-Type"]  # Flask's default, of an answer without a body
        return response


def _is_data() -> bool:
    return any(map(_is_under, _DATA))


def _is_under(root: str) -> bool:
    return request.path == root or request.path.startswith(f"{root}/")


def _methods_here(server: Flask) -> list[str]:
    """Returns the methods that this address takes; empty where it is none, for pages are not meant."""
    routes, found = server.url_map.bind_to_environ(request.environ), []
    for method in _METHODS:
        try:
            rule, _ = routes.match(method=method, return_rule=True)
        except (HTTPException, RoutingException):
            continue
        if rule.rule != _EVERY_PAGE:
            found.append(method)
    return found


def _named(error: ClewError) -> ResponseReturnValue:
    details: dict[str, str] = {}
    if isinstance(error, RequestRefused):
        details = error.details
    elif isinstance(error, BadResponse):
        details = {str(error.field): error.cause}
    response = _failed(error, error.status, details)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    elif error.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _of_http(error: HTTPException) -> ResponseReturnValue:
    if not _is_data():
        return error
    status = error.code or 500
    response = _failed(_named_as(error, status), status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _named_as(error: HTTPException, status: int) -> ClewError:
    if isinstance(error, RequestEntityTooLarge):
        return RequestTooLong((request.max_content_length or 0) >> 10)
    return _OF_HTTP.get(status) or OtherRefusal(Text(f"{error.name}."))


def _no_such_script(error: DependencyException) -> ResponseReturnValue:
    """Answers 404 for an address below Dash's that names no script of a page.

    Anybody may ask for one, as for any other file.
    """
    return NotFound() if request.path.startswith(_SCRIPTS) else _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request failed", exc_info=error, extra={"reference": g.request_id, "path": request.path})
    return _failed(Unexpected(g.request_id), 500)


def _failed(error: ClewError, status: int, details: dict[str, str] | None = None) -> Response:
    return answer(Failed, Failed(**coded(error, "error"), details=details or {}), status)
