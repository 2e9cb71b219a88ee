"""The identity of a requester, read from the request's headers and its peer address.

Clew has no login of its own: a proxy in front of it names the user in a header, and programs send a token.
"""

import hmac
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Protocol

from domain.access.rules import AccessRules, Requester

TOKEN_HEADER: Final = "X-Clew-Token"
PROXY_HEADER: Final = "X-Clew-Proxy-Secret"
PAGE_HEADER: Final = "X-Clew-Page"
_LONGEST_USER: Final = 200
_LONGEST_PAGE: Final = 64


class Headers(Protocol):
    """A request's headers, such as Flask's `request.headers`; names are case-insensitive."""

    def get(self, key: str, default: str, /) -> str:
        """Returns the header's value; several headers of one name are joined with commas."""


class IdentityRules(AccessRules, Protocol):
    """The settings that decide whether a user name is trusted."""

    @property
    def trusted_user_header(self) -> str | None:
        """The header that holds the user name."""

    @property
    def trusted_networks(self) -> Sequence[IPv4Network | IPv6Network]:
        """The networks of the proxies that may name users."""

    @property
    def trusted_proxy_secret(self) -> str | None:
        """The secret that proves a proxy, wherever it runs; None: the proxy's address decides."""


def page_requester(headers: Headers, peer: str | None, rules: IdentityRules) -> Requester:
    """Returns the identity of a page's user who sent this request."""
    return Requester(True, user_of(headers, peer, rules), _page(headers), has_token(headers, rules.api_token))


def program_requester(headers: Headers, peer: str | None, rules: IdentityRules) -> Requester:
    """Returns the identity of a program that sent this request; other Clew processes forward the page they act for."""
    return page_requester(headers, peer, rules)._replace(is_page=False)


def headers_of(requester: Requester, rules: IdentityRules) -> dict[str, str]:
    """Returns the headers that pass this identity on to another Clew process with the same settings."""
    sent = {TOKEN_HEADER: rules.api_token, PROXY_HEADER: rules.trusted_proxy_secret, PAGE_HEADER: requester.page}
    if rules.trusted_user_header is not None:
        sent[rules.trusted_user_header] = requester.user
    # WSGI decodes header bytes as Latin-1.
    return {name: value.encode().decode("latin-1") for name, value in sent.items() if value is not None}


def user_of(headers: Headers, peer: str | None, rules: IdentityRules) -> str | None:
    """Returns the user named by a trusted proxy; None without such a proxy, or where it names no valid user.

    A name with a comma is invalid: several headers of one name are joined with commas, so a proxy that appends its
    header to the client's instead of overwriting it does not vouch for either.
    """
    name = rules.trusted_user_header
    if name is None or not is_trusted(headers, peer, rules):
        return None
    user = _decoded(headers.get(name, "")).strip()
    return user if user and user.isprintable() and "," not in user and len(user) <= _LONGEST_USER else None


def has_token(headers: Headers, token: str | None) -> bool:
    """Returns whether `token` was sent, as bearer or in its own header next to a proxy's `Authorization`."""
    if token is None:
        return False
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = [headers.get(TOKEN_HEADER, ""), bearer if scheme.lower() == "bearer" else ""]
    return any([_is_same(one, token) for one in given])


def is_trusted(headers: Headers, peer: str | None, rules: IdentityRules) -> bool:
    """Returns whether a peer may name users: it sends the secret or, where none is set, its address is a proxy's."""
    if rules.trusted_proxy_secret is not None:
        return _is_same(headers.get(PROXY_HEADER, ""), rules.trusted_proxy_secret)
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # an IPv4 peer, as a dual-stack socket reports it
    return any(address in network for network in rules.trusted_networks)


def _page(headers: Headers) -> str | None:
    page = headers.get(PAGE_HEADER, "")
    return page if page.isascii() and page.isalnum() and len(page) <= _LONGEST_PAGE else None


def _is_same(given: str, secret: str) -> bool:
    """Compares bytes in constant time; WSGI passes them as Latin-1."""
    return hmac.compare_digest(given.strip().encode("latin-1", "replace"), secret.encode())


def _decoded(value: str) -> str:
    """Decodes a header value as UTF-8, which WSGI passes as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
