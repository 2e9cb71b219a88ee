"""Addresses of services: their credentials, the part that may be shown, which are valid, and which are loopback."""

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from domain.hosts import is_loopback

# These names are understood by curl, requests, urllib and Go; a CIDR network is not understood by all of them.
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# Letters of any language, since browsers and resolvers encode them; port 0 cannot be connected to.
_HOST_AND_PORT: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?:0*[1-9][0-9]{0,4})?)?")
# A password may hold characters that should have been encoded: match up to the last @ before the next address of a
# list.
_USERINFO: Final = re.compile(r"//[^\s,|]*@")
_HOSTS: Final = re.compile(rf"(?:{_HOST_AND_PORT.pattern}(?:,|$))*")
_ODD: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Credentials:
    """A name and a password; the password is hidden in log lines."""

    username: str
    password: str = field(default="", repr=False)


def credentials_in(url: str) -> Credentials | None:
    """Returns the name and password of an address, decoded; None where it has none."""
    parts = urlsplit(url)
    if not (parts.username or parts.password):
        return None
    return Credentials(unquote(parts.username or ""), unquote(parts.password or ""))


def without_credentials(url: str) -> str:
    """Returns the same address without a name and password, to be shown or to send a request to."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def hiding_credentials(text: str) -> str:
    """Returns a text without the names and passwords of the addresses, valid or not, that it contains."""
    return _USERINFO.sub("//***@", text)


def is_sound(url: str, schemes: Sequence[str]) -> bool:
    """Returns whether all URL parsers read an address the same way: one of these schemes, a host, and at most a port.

    An @ after the host makes it invalid: the text before it is the rest of a password, which would be shown as a path.
    """
    parts = _parts(url)
    return parts is not None and parts.scheme in schemes and _HOST_AND_PORT.fullmatch(_host_part(parts)) is not None


def is_sound_database(uri: str) -> bool:
    """Returns whether a database's address is valid; it may have no host or several, and any parameters."""
    parts = _parts(uri)
    return parts is not None and _HOSTS.fullmatch(_host_part(parts)) is not None


def origin_of(url: str) -> str:
    """Returns scheme, host and port of an address for a message: no name, no password, no query."""
    try:
        parts = urlsplit(url)
        if parts.port is not None and parts.username is None and _has_misplaced_at(parts):
            return "?"  # the supposed host and port may be a name and the beginning of a password
        return urlunsplit((parts.scheme, _host_and_port(parts), "", "", ""))[:120]
    except ValueError:  # an invalid port or IPv6 address
        return "?"


def leads_to_loopback(url: str) -> bool:
    """Returns whether an address points to this machine itself; proxies are ignored."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return is_loopback(host) or _is_here(host)


def no_proxy_for_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables that make a program bypass the proxies of `environment` for loopback addresses."""
    # Programs differ in which of the two variables takes precedence.
    listed = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    known = [entry.strip() for entry in listed.split(",") if entry.strip()]
    spared = listed if "*" in known else ",".join(dict.fromkeys([*known, *_LOOPBACK]))
    return {"NO_PROXY": spared, "no_proxy": spared}


def _parts(url: str) -> SplitResult | None:
    """Returns the parts of an address; None where it is invalid or parsers would disagree about it."""
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    is_odd = _ODD.search(url) or _has_misplaced_at(parts)
    return None if is_odd or not is_port else parts


def _has_misplaced_at(parts: SplitResult) -> bool:
    """Returns whether an @ follows the host."""
    return "@" in "".join((parts.path, parts.query, parts.fragment))


def _host_part(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _host_and_port(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port is None else f"{host}:{parts.port}"


def _is_here(host: str) -> bool:
    """Returns whether a host is the unspecified address, or loopback in a form only C reads, such as 127.1."""
    try:
        ip = ip_address(host) if ":" in host or not host[-1:].isdigit() else ip_address(socket.inet_aton(host))
    except (OSError, ValueError):
        return False
    return ip.is_loopback or (getattr(ip, "ipv4_mapped", None) or ip).is_unspecified
