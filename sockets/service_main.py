"""Runs a service with sockets: its settings, its log, its server, its exit status."""

import logging
import sys
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from flask import Flask

from domain.errors import BadInput
from domain.hosts import open_host_warning
from domain.logs import configure_logging
from sockets.socket_server import SocketServer, Stop

Make = Callable[[], tuple[Flask, Stop]]


class CannotRun(Exception):
    """Why the service cannot start, as a sentence."""


class ServiceSettings(Protocol):
    """The settings that all services share."""

    @property
    def log_level(self) -> str: ...

    @property
    def trusted_hosts(self) -> str: ...


class ListenOptions(NamedTuple):
    """The service's address, its number of sockets, and secrets to keep out of its log.

    `host_setting` names the address's setting.
    """

    host_setting: str
    host: str
    port: int
    sockets: int
    secrets: frozenset[str] = frozenset()


S = TypeVar("S", bound=ServiceSettings)


def run_service(
    read_settings: Callable[[], S], listening: Callable[[S], ListenOptions], made_by: Callable[[S], Make]
) -> int:
    """Runs it in the foreground until SIGTERM or Ctrl-C; returns the exit status unless gunicorn exits itself.

    0 when stopped, 1 when it cannot run, 2 when a setting is wrong. `made_by` may raise CannotRun.
    """
    try:
        settings = read_settings()
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    at = listening(settings)
    configure_logging(settings.log_level, at.secrets)
    if warning := open_host_warning(at.host_setting, at.host, settings.trusted_hosts):
        logging.getLogger(__name__).warning(warning)
    try:
        make = made_by(settings)
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return 1
    SocketServer(make, host=at.host, port=at.port, sockets=at.sockets, log_level=settings.log_level).run()
    return 0
