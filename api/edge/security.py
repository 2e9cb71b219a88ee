"""Security headers: which scripts, services and frames browsers allow.

No X-Frame-Options: it supports no list, and browsers that support `frame-ancestors` ignore it.
"""

from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request

from api.edge.sandbox import frame_ancestors, is_sandboxed
from domain.addresses import without_credentials
from settings.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register(server: Flask, settings: Settings, script_hashes: Callable[[], Sequence[str]]) -> None:
    """Adds the security headers to every answer of `server`.

    `script_hashes` are of Dash's inline scripts; they are complete only after the first request.
    """

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        # The address of a page, such as which runs are compared, must not reach other sites.
        response.headers["Referrer-Policy"] = "same-origin"
        if response.mimetype == "text/html" and not is_sandboxed(response):
            response.headers["Content-Security-Policy"] = _policy(settings, script_hashes())
        return response


def _policy(settings: Settings, hashes: Iterable[str]) -> str:
    parts = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self' 'unsafe-inline'",  # DataTable and Plotly create styles
        "img-src": "'self' data: blob:",  # pictures that Plotly exports
        "media-src": "'self'",
        "font-src": "'self' data:",
        "connect-src": " ".join(["'self'", *sorted(_sockets(settings))]),
        "frame-src": "'self'",  # files of runs, each in a sandbox
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors(settings),
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _sockets(settings: Settings) -> set[str]:
    """Returns the addresses of the pages' sockets, as assets/socket_address.js computes them.

    They come from the settings, and the page's own host.
    """
    services = [(monitor.url, monitor.browser_url) for monitor in settings.gpu_monitors]
    services.append((settings.inference_url, settings.inference_ws_url or None))
    services.append((without_credentials(settings.scheduler_address), settings.scheduler_ws_url or None))
    return {_source(request.host, url, browser_url) for url, browser_url in services}


def _source(page_host: str, url: str, browser_url: str | None) -> str:
    page = urlsplit(f"//{page_host}").hostname or ""
    if browser_url is not None:
        parts = urlsplit(browser_url)
        # A path is on the page's own host: 'self' should include its sockets, but not in every browser.
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"wss://{page_host} ws://{page_host}"
    if request.is_secure:
        return f"wss://{page_host}"
    own = urlsplit(url)
    name = page if own.hostname in _LOOPBACK else own.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return f"{'wss' if own.scheme == 'https' else 'ws'}://{host}" + (f":{own.port}" if own.port else "")
