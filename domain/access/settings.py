"""Types and descriptions of the access settings, which several processes read."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field


def networks(listed: str) -> list[IPv4Network | IPv6Network]:
    """Returns the networks and addresses of a comma-separated list; raises ValueError that names the invalid entry."""
    return [ip_network(entry) for entry in map(str.strip, listed.split(",")) if entry]


def _listing_networks(listed: str) -> str:
    networks(listed)
    return listed


def _nothing_if_empty(value: str | None) -> str | None:
    return value or None


_Secret = Annotated[str | None, Field(min_length=8, repr=False), BeforeValidator(_nothing_if_empty)]
ReadOnlySwitch = Annotated[bool, Field(description="Whether this Clew refuses all changes and evaluations.")]
ApiToken = Annotated[
    _Secret,
    Field(
        description="Programs that write under /api have to send it as a bearer token, or as X-Clew-Token; 8 "
        "characters or more. On pages, only users that a proxy names can then write.",
        repr=False,
    ),
]
UserHeader = Annotated[
    str | None,
    Field(
        pattern=r"^[A-Za-z0-9-]+$",
        description="The header in which your proxy sends the user's name, such as X-Forwarded-User; the proxy must "
        "overwrite it.",
    ),
    BeforeValidator(_nothing_if_empty),
]
ProxyNetworks = Annotated[
    str,
    AfterValidator(_listing_networks),
    Field(description="Addresses and networks of the proxies whose user header and X-Forwarded-Proto are accepted."),
]
ProxySecret = Annotated[
    _Secret,
    Field(
        description="The secret that your proxy sends as X-Clew-Proxy-Secret, 8 characters or more: the user header "
        "and X-Forwarded-Proto are then accepted only with it, from any address. Empty: TRUSTED_PROXIES decides.",
        repr=False,
    ),
]
TRUSTED_PROXIES = "127.0.0.0/8, ::1"
