"""Who may ask for what, for every route of the server: Dash's callbacks are routes too, so a blueprint is too small."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask.typing import ResponseReturnValue


def register(server: Flask) -> None:
    """Refuses requests that another site's page sends in the reader's name."""

    @server.before_request
    def refuse_foreign_writes() -> ResponseReturnValue | None:
        if request.method in ("GET", "HEAD", "OPTIONS") or _is_ours():
            return None
        return {"error": "This request comes from a page of another site; Clew refuses those.", "details": {}}, 403


def _is_ours() -> bool:
    """Browsers say where a request comes from; programs say nothing, and are not what this guards against."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
