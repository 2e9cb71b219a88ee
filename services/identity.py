"""Who asks, and whether they may change something: read from a request's headers and the peer that sent it.

No login of our own: a proxy in front of Clew knows the users and names them in a header, and a program holds a token.
"""

import hmac
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from domain.errors import ReadOnly
from domain.errors.records import TokenNeeded, UserUnknown
from settings.settings import Settings

_LONGEST_USER = 200


class Headers(Protocol):
    """A request's headers, such as Flask's `request.headers`: `get` minds no case."""

    def get(self, key: str, default: str) -> str:
        """The header's value, several of one name joined with commas."""


def user_of(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """The user whom a trusted proxy names; None where there is no such proxy, or it names nobody.

    A name with a comma counts for none: that is what several headers of one name are joined to, so a proxy that adds
    its header to the sender's own, instead of overwriting it, vouches for nobody.
    """
    name = settings.trusted_user_header
    if name is None or not is_trusted(peer, settings):
        return None
    user = _decoded(headers.get(name, "")).strip()
    return user if user and user.isprintable() and "," not in user and len(user) <= _LONGEST_USER else None


def writing_person(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Whoever changes something on a page, None where that is not known and need not be.

    Raises `ReadOnly`, and `SignInNeeded` where programs need a token and nobody says who this person is: an open page
    would else be the way around the token.
    """
    if settings.read_only:
        raise ReadOnly
    user = user_of(headers, peer, settings)
    if settings.api_token is not None and user is None:
        raise UserUnknown
    return user


def writing_program(headers: Headers, peer: str | None, settings: Settings) -> str | None:
    """Whoever changes something under /api, None where that is not known; raises `SignInNeeded` and `ReadOnly`."""
    if settings.api_token is not None and not _has_token(headers, settings.api_token):
        raise TokenNeeded
    if settings.read_only:
        raise ReadOnly
    return user_of(headers, peer, settings)


def _has_token(headers: Headers, token: str) -> bool:
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    # WSGI hands bytes over as Latin-1, and only bytes compare in a time that tells nothing.
    given_bytes = given.strip().encode("latin-1", "replace")
    return scheme.lower() == "bearer" and hmac.compare_digest(given_bytes, token.encode())


def is_trusted(peer: str | None, settings: Settings) -> bool:
    """Whether `peer`, an address, is among TRUSTED_PROXIES."""
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # what a socket for both families calls an IPv4 peer
    return any(address in network for network in settings.trusted_networks)


def _decoded(value: str) -> str:
    """WSGI's Latin-1 read as the UTF-8 that it is nowadays."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
