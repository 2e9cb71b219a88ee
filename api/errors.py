"""Every failure as JSON with message, code and details; HTML only for pages. Unknown routes included."""

import logging

from dash.exceptions import DependencyException
from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RoutingException

from domain.errors import ClewError
from domain.errors.requests import Unexpected
from serving.operations.failed_answers import MAX_BYTES, answer_of, answer_of_http, failed
from serving.refusals import RETRY_SECONDS

# The parent blueprint of all API routes.
BLUEPRINT = "api"
# Below these, all requests come from programs, or from the pages' own scripts.
_DATA = ("/api", "/health", "/runs", "/charts", "/views", "/links", "/changes", "/artifacts", "/fleet")
_EVERY_PAGE = "/<path:path>"
_SCRIPTS = "/_dash-component-suites/"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
log = logging.getLogger(__name__)


def register(server: Flask) -> None:
    """Makes every error of `server` JSON, except for those of pages and their scripts, which Dash handles."""
    server.register_error_handler(ClewError, _named)
    server.register_error_handler(HTTPException, _of_http)
    server.register_error_handler(DependencyException, _no_such_script)
    server.register_error_handler(Exception, _unexpected)

    @server.before_request
    def refuse_pages_as_data() -> None:
        if _is_under("/api"):
            request.max_content_length = MAX_BYTES
        # Dash's own route matches every other address, and would answer with a page.
        if _is_data() and (request.url_rule is None or request.url_rule.rule == _EVERY_PAGE):
            allowed = _methods_here(server)
            raise MethodNotAllowed(allowed) if allowed else NotFound

    @server.after_request
    def clear_default_type(response: Response) -> Response:
        if _is_data():
            response.headers.setdefault("Cache-Control", "no-store")
            # A file that is streamed has a body.
            if response.mimetype == "text/html" and not response.is_streamed and not response.get_data():
                del response.headers["Content-Type"]  # Flask's default, on an answer without a body
        return response


def _is_data() -> bool:
    return any(map(_is_under, _DATA))


def _is_under(root: str) -> bool:
    return request.path == root or request.path.startswith(f"{root}/")


def _methods_here(server: Flask) -> list[str]:
    """Returns the methods allowed at this address; empty if it is unknown, since pages do not count."""
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
    return answer_of(error, RETRY_SECONDS)


def _of_http(error: HTTPException) -> ResponseReturnValue:
    return answer_of_http(error) if _is_data() else error


def _no_such_script(error: DependencyException) -> ResponseReturnValue:
    """Answers 404 for an address below Dash's own that is no script of a page.

    Any client may request one, as with any other file.
    """
    return NotFound() if request.path.startswith(_SCRIPTS) else _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("request failed", exc_info=error, extra={"reference": g.request_id, "path": request.path})
    return failed(Unexpected(g.request_id), 500)
