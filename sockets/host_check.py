"""Refuses requests under a foreign host name before reading anything else of them."""

import logging

from flask import Flask, Response, request

from domain.hosts import TrustedHosts, host_refusal

_log = logging.getLogger(__name__)


def check_hosts(app: Flask, trusted: TrustedHosts) -> None:
    """Makes `app` answer 400 if `Host` is not one of `trusted`; call it before adding other hooks."""

    @app.before_request
    def refuse_other_names() -> Response | None:
        requested_host = request.headers.get("Host")
        if trusted.include(requested_host):
            return None
        _log.warning("A host name was refused", extra={"host": requested_host})
        return Response(f"{host_refusal(requested_host)}\n", 400, content_type="text/plain; charset=utf-8")
