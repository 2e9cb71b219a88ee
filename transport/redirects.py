"""Whether a redirect still leads to the same service.

A write is never repeated elsewhere. A read is, at the same scheme, host and port, and from http to https of the same
host on their default ports: our credentials went to that host before, even unencrypted. Another port may belong to
another user, another host to anyone: their answers are not the service's.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from domain.addresses import origin_of
from domain.errors import BadResponse, Name
from domain.errors.answers import UnexpectedStatus
from domain.errors.connections import Redirected
from transport.exchange import Request

MAX_REDIRECTS: Final = 3
_STATUSES: Final = (301, 302, 303, 307, 308)
_PORTS: Final = {"http": 80, "https": 443}


class Answered(Protocol):
    """An answer with at least a head, which can be closed."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, case-insensitive."""

    def close(self) -> None:
        """Closes it."""


A = TypeVar("A", bound=Answered)


def follow(send: Callable[[Request], A], request: Request, service: Name, *, writes: bool) -> A:
    """Returns the final answer after redirects; raises `Redirected` for one that must not be followed."""
    hops = 0 if writes else MAX_REDIRECTS
    while (answer := send(request)).status in _STATUSES:
        answer.close()
        target = _target(request.url, answer, service)
        following = _repeated(request, answer.status, target) if hops else None
        if following is None:
            raise Redirected(service, answer.status, origin_of(target))
        request, hops = following, hops - 1
    return answer


def _target(url: str, answer: Answered, service: Name) -> str:
    location = answer.headers.get("Location")
    if not location:
        raise BadResponse(service, "status", UnexpectedStatus(answer.status))
    # http.client decodes headers as Latin-1; they are meant as UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(url, location)
    except ValueError:  # such as an invalid IPv6 address
        return location


def _repeated(request: Request, status: int, target: str) -> Request | None:
    """Returns the same request at the target; None if that is another service."""
    # A 303 names another address for a GET, which cannot carry the body of this request.
    if status == 303 and request.method != "GET":
        return None
    try:
        own, other = urlsplit(request.url), urlsplit(target)
        is_same = _is_same_service(own, other)
    except ValueError:
        return None
    # Only path and query are taken from the answer: two parsers of one malformed address may see two hosts in it.
    url = urlunsplit((other.scheme, _same_host(own, other), other.path or "/", other.query, ""))
    return request._replace(url=url, params=None) if is_same else None


def _is_same_service(own: SplitResult, other: SplitResult) -> bool:
    here, there = _place(own), _place(other)
    is_upgrade = (here[0], here[2], there[0], there[2]) == ("http", 80, "https", 443)
    return bool(here[1]) and here[1] == there[1] and (here == there or is_upgrade)


def _place(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def _same_host(own: SplitResult, other: SplitResult) -> str:
    """Returns the host as in our own address, with its port unless the scheme, and thereby the port, changes."""
    if own.scheme == other.scheme:
        return own.netloc
    host = own.hostname or ""
    return f"[{host}]" if ":" in host else host
