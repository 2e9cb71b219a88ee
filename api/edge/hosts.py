"""Refuses requests under a foreign host name, for pages, callbacks, assets and the API alike."""

import logging

from flask import Flask, request
from flask.typing import ResponseReturnValue

from domain.hosts import host_refusal, hosts_answered
from domain.message_data import coded
from settings.settings import Settings

_log = logging.getLogger(__name__)


def register(server: Flask, settings: Settings) -> None:
    """Makes `server` answer 400 if `Host` is not one of ours; call it before hooks that read the request."""
    trusted = hosts_answered(settings.trusted_hosts, settings.host)

    @server.before_request
    def refuse_other_names() -> ResponseReturnValue | None:
        requested_host = request.headers.get("Host")
        if trusted.include(requested_host):
            return None
        _log.warning("A host name was refused", extra={"host": requested_host})
        refusal = host_refusal(requested_host)
        return {**coded(refusal, "error"), "details": {}}, refusal.status
