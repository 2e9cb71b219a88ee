"""Which pages may open a socket. Browsers let any page open one to any host, and send the page's `Origin`."""

from collections.abc import Set

from domain.hosts import Origin, host_name, is_loopback
from domain.secrets import may_hold_credentials

# Values besides origins: any page, and pages without an origin, such as files.
_WORDS = frozenset({"*", "null"})


def read_origins(listed: str) -> frozenset[str | Origin]:
    """Returns the origins in a comma-separated list; raises ValueError that names an invalid entry."""
    entries = {entry.strip() for entry in listed.split(",") if entry.strip()}
    words = {entry.lower() for entry in entries} & _WORDS
    is_secret = may_hold_credentials(listed)
    named = {entry: "an entry" if is_secret else repr(entry) for entry in entries if entry.lower() not in _WORDS}
    return frozenset(words | {_read(entry, shown) for entry, shown in named.items()})


def is_allowed(origin: str | None, requested_host: str, allowed: Set[str | Origin]) -> bool:
    """Returns whether a page of `origin` may connect, if the request's Host header was `requested_host`.

    No origin means no browser: allowed. If a list is set, only that counts. Without one: pages of loopback hosts on
    any port, and pages of the requested host name on any port.
    """
    if origin is None or "*" in allowed:
        return True
    page = Origin.of(origin)
    if allowed:
        return page in allowed or origin.lower() in allowed & _WORDS
    return page is not None and (is_loopback(page.host) or page.host == host_name(requested_host))


def _read(entry: str, shown: str) -> Origin:
    origin = Origin.of(entry)
    if origin is None or origin.scheme not in ("http", "https"):
        raise ValueError(f"{shown} should be an origin such as https://clew.example.com, or * for any")
    return origin
