"""Whether the reader came over https, if a proxy terminates TLS: a trusted proxy says so in `X-Forwarded-Proto`.

Its other headers are ignored. The proxy passes `Host` on; honouring `X-Forwarded-Host` would be a way around
TRUSTED_HOSTS: browsers on this machine are loopback peers, too, and a page may set any header towards its own host.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.middleware.proxy_fix import ProxyFix

from domain.access.identity import is_trusted
from settings.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def register(server: Flask, settings: Settings) -> None:
    """Marks requests of `server` as https if a trusted peer says so."""
    inner = server.wsgi_app
    # The peer address is not replaced: it decides whose user header is trusted.
    believed = ProxyFix(inner, x_for=0, x_proto=1)

    def wsgi_app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        app = believed if is_trusted(EnvironHeaders(environ), environ.get("REMOTE_ADDR"), settings) else inner
        return app(environ, start_response)

    server.wsgi_app = wsgi_app  # type: ignore[method-assign]
