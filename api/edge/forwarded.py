"""Whether the reader came over https, where a proxy ends TLS: a trusted proxy says so in `X-Forwarded-Proto`.

Its other headers stay unread. The proxy passes `Host` on, and an `X-Forwarded-Host` that counted would be a way around
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
    """Has the requests of `server` be https where a peer says so whom the settings trust."""
    inner = server.wsgi_app
    # The peer stays who it is: whose user header counts is looked up by its address.
    believed = ProxyFix(inner, x_for=0, x_proto=1)

    def wsgi_app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        app = believed if is_trusted(EnvironHeaders(environ), environ.get("REMOTE_ADDR"), settings) else inner
        return app(environ, start_response)

    server.wsgi_app = wsgi_app  # type: ignore[method-assign]
