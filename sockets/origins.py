"""Which pages may open a socket. Browsers let any page open one to anywhere, and name the page in `Origin`."""

from collections.abc import Set
from urllib.parse import urlsplit

from domain.hosts import is_loopback


def read_origins(listed: str) -> frozenset[str]:
    """The origins of a comma list, in lower case; raises ValueError, which names an entry that is none."""
    origins = frozenset(entry.strip().rstrip("/").lower() for entry in listed.split(",") if entry.strip())
    for origin in origins - {"*", "null"}:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin:
            raise ValueError(f"{origin!r} should be an origin such as https://clew.example.com, or * for any")
    return origins


def is_allowed(origin: str | None, asked_host: str, allowed: Set[str]) -> bool:
    """Whether a page of `origin` may watch, where the request's Host header was `asked_host`.

    No origin means no browser: allowed. A list that was set is all that counts. Without one: pages of loopback hosts,
    whatever their port, and pages of the host name that the request asked for, whatever their port.
    """
    if origin is None or "*" in allowed:
        return True
    if allowed:
        return origin.lower() in allowed
    host = _hostname(origin)
    return host is not None and (is_loopback(host) or host == _hostname(f"//{asked_host}"))


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # such as half an IPv6 address
        return None
