"""Who asks: read from a request's headers and from the peer that sent it.

No login of our own: a proxy in front of Clew knows the users and names them in a header, and a program holds a token.
"""

import hmac
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Protocol

from domain.access.rules import AccessRules, Asker

TOKEN_HEADER: Final = "X-Clew-Token"
PROXY_HEADER: Final = "X-Clew-Proxy-Secret"
PAGE_HEADER: Final = "X-Clew-Page"
_LONGEST_USER: Final = 200
_LONGEST_PAGE: Final = 64


class Headers(Protocol):
    """A request's headers, such as Flask's `request.headers`: `get` minds no case."""

    def get(self, key: str, default: str, /) -> str:
        """Returns the header's value, several of one name joined with commas."""


class IdentityRules(AccessRules, Protocol):
    """The settings by which a name counts."""

    @property
    def trusted_user_header(self) -> str | None:
        """The header that holds the name."""

    @property
    def trusted_networks(self) -> Sequence[IPv4Network | IPv6Network]:
        """Where the proxies are that may name users."""

    @property
    def trusted_proxy_secret(self) -> str | None:
        """What a proxy says to be believed, wherever it is; None: its address is what counts."""


def page_asker(headers: Headers, peer: str | None, rules: IdentityRules) -> Asker:
    """Returns the reader of a page of ours who sent this."""
    return Asker(True, user_of(headers, peer, rules), _page(headers), has_token(headers, rules.api_token))


def program_asker(headers: Headers, peer: str | None, rules: IdentityRules) -> Asker:
    """Returns the program that sent this; another process of ours hands on whose page it works for."""
    return page_asker(headers, peer, rules)._replace(is_page=False)


def headers_of(asker: Asker, rules: IdentityRules) -> dict[str, str]:
    """Returns the headers by which another process of ours, under the same settings, learns who asks."""
    sent = {TOKEN_HEADER: rules.api_token, PROXY_HEADER: rules.trusted_proxy_secret, PAGE_HEADER: asker.page}
    if rules.trusted_user_header is not None:
        sent[rules.trusted_user_header] = asker.user
    # As WSGI reads it: bytes as Latin-1.
    return {name: value.encode().decode("latin-1") for name, value in sent.items() if value is not None}


def user_of(headers: Headers, peer: str | None, rules: IdentityRules) -> str | None:
    """Returns the user whom a trusted proxy names; None where there is no such proxy, or it names nobody.

    A name with a comma counts for none: that is what several headers of one name are joined to, so a proxy that adds
    its header to the sender's own, instead of overwriting it, vouches for nobody.
    """
    name = rules.trusted_user_header
    if name is None or not is_trusted(headers, peer, rules):
        return None
    user = _decoded(headers.get(name, "")).strip()
    return user if user and user.isprintable() and "," not in user and len(user) <= _LONGEST_USER else None


def has_token(headers: Headers, token: str | None) -> bool:
    """Returns whether `token` was sent: as bearer, or in a header of its own beside a proxy's `Authorization`."""
    if token is None:
        return False
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = [headers.get(TOKEN_HEADER, ""), bearer if scheme.lower() == "bearer" else ""]
    return any([_is_same(one, token) for one in given])


def is_trusted(headers: Headers, peer: str | None, rules: IdentityRules) -> bool:
    """Returns whether a peer may name users: it knows the secret, or, where none is set, is among the proxies."""
    if rules.trusted_proxy_secret is not None:
        return _is_same(headers.get(PROXY_HEADER, ""), rules.trusted_proxy_secret)
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # what a socket for both families calls an IPv4 peer
    return any(address in network for network in rules.trusted_networks)


def _page(headers: Headers) -> str | None:
    page = headers.get(PAGE_HEADER, "")
    return page if page.isascii() and page.isalnum() and len(page) <= _LONGEST_PAGE else None


def _is_same(given: str, secret: str) -> bool:
    """Compares as bytes, in a time that gives nothing away; WSGI hands bytes over as Latin-1."""
    return hmac.compare_digest(given.strip().encode("latin-1", "replace"), secret.encode())


def _decoded(value: str) -> str:
    """Reads WSGI's Latin-1 as the UTF-8 that it is nowadays."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
