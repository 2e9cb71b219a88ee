"""The addresses of the GPU monitors, parsed from GPU_MONITOR_URLS."""

import re
from typing import Final, NamedTuple

from domain.addresses import Credentials, credentials_in, is_sound, without_credentials
from domain.secrets import may_hold_credentials

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # used in paths


class GpuMonitorAddress(NamedTuple):
    """One monitor: `url` as this dashboard reaches it, without a trailing slash; `browser_url` if a page needs
    another.

    `browser_url` is a ws:// or wss:// address, or a path on the page's own host. Neither holds a password.
    """

    name: str
    url: str
    browser_url: str | None = None
    credentials: Credentials | None = None


def read_addresses(listed: str) -> list[GpuMonitorAddress]:
    """Returns the monitors in a comma-separated list `name=url[|browser_url]`; raises ValueError that names an
    invalid entry.

    It names the entry by number, since the list may contain a password, which a comma may have split.
    """
    entries = [entry.strip() for entry in listed.split(",") if entry.strip()]
    is_secret = may_hold_credentials(listed)
    addresses = [
        _read(entry, f"entry {number}" if is_secret else repr(entry)) for number, entry in enumerate(entries, start=1)
    ]
    names = [address.name for address in addresses]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} stands for two monitors; give each its own")
    return addresses


def _read(entry: str, shown: str) -> GpuMonitorAddress:
    name, _, addresses = entry.partition("=")
    url, bar, browser_url = (part.strip() for part in addresses.partition("|"))
    if not _NAME.fullmatch(name.strip()):
        raise ValueError(f"{shown} should begin with a name of letters, digits, '.', '_' and '-', and then '='")
    if not is_sound(url, ("http", "https")):
        raise ValueError(f"{shown} should name an address such as http://trainer-1:8001")
    if bar and not (is_sound(browser_url, ("ws", "wss")) or _is_path(browser_url)):
        raise ValueError(f"{shown} should give browsers an address such as wss://clew.example.com/ws/gpu/trainer-1")
    if credentials_in(browser_url):
        raise ValueError(f"{shown} should give browsers an address without a password: every reader gets it")
    return GpuMonitorAddress(
        name.strip(), without_credentials(url.rstrip("/")), browser_url or None, credentials_in(url)
    )


def _is_path(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and "@" not in path
