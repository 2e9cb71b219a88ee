"""Checks whether the addresses that a start needs are available."""

import errno
import socket
from collections.abc import Iterator
from itertools import combinations

from domain.hosts import open_host_warning
from services.processes.specs import listening
from settings.settings import Settings


def port_problems(settings: Settings) -> Iterator[str]:
    """Yields a message for each needed address that is not available, with the setting to change."""
    addresses = _addresses(settings)
    for (_, _, one, port), (_, _, other, same) in combinations(addresses, 2):
        if port == same:
            yield f"{one} and {other} are both {port}; set one of them to another port."
    for address in addresses:
        yield from _port_problem(*address)


def host_warnings(settings: Settings) -> Iterator[str]:
    """Yields a warning for each address of this start that answers under any host name."""
    for process in listening(settings):
        host, _ = process.address(settings)
        if not process.checks_hosts_itself:
            yield from filter(None, [open_host_warning(process.host_setting, host, settings.trusted_hosts)])


def _addresses(settings: Settings) -> list[tuple[str, str, str, int]]:
    """Returns the addresses that this start binds: setting and value of host and port; the dashboard first."""
    addresses = []
    for process in listening(settings):
        host, port = process.address(settings)
        addresses.append((process.host_setting, host, process.port_setting, port))
    return addresses


def _port_problem(host_setting: str, host: str, port_setting: str, port: int) -> Iterator[str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            yield f"Port {port} is taken; set {port_setting} to another, or stop what uses it."
        elif error.errno in (errno.EACCES, errno.EPERM):
            yield f"Port {port} needs an administrator's rights; set {port_setting} to 1024 or more."
        else:
            yield f"{host_setting}={host} is not an address of this machine; set it to one that is."
