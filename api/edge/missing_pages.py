"""Answers 404 for addresses that have no page.

Dash sends the same document with status 200 for every address, and programs go by the status.
"""

import dash
from flask import Flask, Response, request


def register(server: Flask) -> None:
    """Sets the status 404 in the answers for addresses that have no page."""

    @server.after_request
    def status(response: Response) -> Response:
        is_dashs = request.endpoint == "/<path:path>" and response.status_code == 200
        if is_dashs and not _has_page("/" + (request.view_args or {}).get("path", "")):
            response.status_code = 404
        return response


def _has_page(path: str) -> bool:
    path = path.rstrip("/") or "/"  # as Dash itself reads it
    known = dash.page_registry.values()
    return any(path == page["path"] or _fits(page["path_template"], path) for page in known)


def _fits(template: str | None, path: str) -> bool:
    if template is None:
        return False
    parts, path_parts = template.split("/"), path.split("/")
    return len(parts) == len(path_parts) and all(
        p == a or (p.startswith("<") and a) for p, a in zip(parts, path_parts, strict=True)
    )
