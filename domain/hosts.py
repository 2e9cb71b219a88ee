"""The host names under which a Clew process answers.

A page can point its own name at this machine after it was opened (DNS rebinding): the browser then treats both as one
origin, so `Origin` does not reveal it. Only the name in the request's `Host` header does.
"""

import re
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from domain.errors.requests import HostNotTrusted

TRUSTED_HOSTS_MEANING: Final = (
    "Host names that Clew, its GPU monitor, its inference engine and its scheduler accept, as a comma list, in "
    "addition to loopback's and the address they bind to; .example.com is that and all its subdomains, * is any. "
    "Empty: no others if a process binds to loopback, any if it does not."
)
_PORTS: Final = {"http": 80, "https": 443}
_HOST_HEADER: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]*)?")


class TrustedHosts(NamedTuple):
    """Host names: `names` as `_canonical` returns them, `domains` with a leading dot for subdomains, or any name."""

    names: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()
    is_any: bool = False

    def include(self, host_header: str | None) -> bool:
        """Returns whether a request with this `Host` may be answered.

        A request without one does not come from a browser, but for example from an HTTP/1.0 probe.
        """
        if self.is_any or not host_header:
            return True
        name = host_name(host_header)
        return name is not None and (is_loopback(name) or name in self.names or f".{name}".endswith(self.domains))


class Origin(NamedTuple):
    """The origin of a page in canonical form, for comparison; `port` is also set if it is the default."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, origin: str) -> "Origin | None":
        """Parses an address without path, or an `Origin` header; None for anything else, such as "null"."""
        try:
            parts = urlsplit(origin.strip())
            port = parts.port or _PORTS.get(parts.scheme)
            name = _in_ascii(parts.hostname or "")
            host = host_name(f"[{name}]" if ":" in name else name)
        except ValueError:  # half an IPv6 address, an invalid port, or letters that names cannot have
            return None
        is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
        return cls(parts.scheme, host, port) if is_bare and host and port else None

    def is_of(self, host_header: str) -> bool:
        """Returns whether a request with this `Host` is to this origin, assuming its scheme, as a proxy may have ended
        TLS.
        """
        return Origin.of(f"{self.scheme}://{host_header}") == self


def host_name(host_header: str) -> str | None:
    """Returns the canonical name in a `Host` header, without its port; None if it is invalid."""
    match = _HOST_HEADER.fullmatch(host_header.strip())
    return _canonical(match[1]) if match else None


def read_hosts(listed: str) -> TrustedHosts:
    """Parses a comma-separated list of hosts; raises ValueError that names an invalid entry."""
    entries = {entry.strip() for entry in listed.split(",")} - {""}
    names = {entry: _listed_name(entry) for entry in entries - {"*"}}
    return TrustedHosts(
        names=frozenset(name for entry, name in names.items() if not entry.startswith(".")),
        domains=tuple(f".{name}" for entry, name in names.items() if entry.startswith(".")),
        is_any="*" in entries,
    )


def listing_hosts(listed: str) -> str:
    """Validates a setting and returns `listed` unchanged; raises ValueError where `read_hosts` does."""
    read_hosts(listed)
    return listed


def hosts_answered(listed: str, bound_to: str) -> TrustedHosts:
    """Returns the hosts that a process with this TRUSTED_HOSTS answers if it binds to `bound_to`."""
    trusted = read_hosts(listed)
    if not listed.strip() and not is_loopback(bound_to):
        return TrustedHosts(is_any=True)
    # An IP address in Host cannot be rebound; probes and Prometheus use it.
    own = _canonical(bound_to)
    return trusted._replace(names=trusted.names | ({own} if own else set()))


def open_host_warning(setting: str, bound_to: str, listed: str) -> str | None:
    """Returns a warning for a process with `setting`=`bound_to` that answers under any name; None where it does not."""
    if listed.strip() or is_loopback(bound_to):
        return None
    return (
        f"{setting}={bound_to} without TRUSTED_HOSTS answers under any host name, so that another site's page can act "
        "in its reader's name: set TRUSTED_HOSTS to the names under which your browsers ask."
    )


def host_refusal(host_header: str | None) -> HostNotTrusted:
    """Returns the answer to a request whose `Host` is not trusted."""
    return HostNotTrusted(repr((host_header or "")[:100]))


def is_loopback(host: str) -> bool:
    """Returns whether a host is this machine by definition: 127.0.0.0/8, ::1, localhost and its subdomains."""
    name = host.lower().removesuffix(".")
    try:
        address = ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _listed_name(entry: str) -> str:
    """Returns the canonical name or address of a list's entry, without its port, which is not compared."""
    bare = entry.removeprefix(".")
    with suppress(ValueError):
        return str(ip_address(bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare))
    try:
        name = host_name(_in_ascii(bare))
    except UnicodeError:
        name = None
    if name is None:
        raise ValueError(
            f"{entry!r} should be a host name such as clew.example.com, .example.com for all below, an address, "
            "or * for any"
        )
    return name


def _in_ascii(host: str) -> str:
    """Encodes an international name as browsers do; raises UnicodeError, a ValueError, if it is invalid."""
    return host.encode("idna").decode("ascii")


def _canonical(host: str) -> str | None:
    """Returns a host in canonical form: lower case, no trailing dot, and the one spelling of an address."""
    name = host.lower().removesuffix(".")
    if name.startswith("[") or ":" in name:
        try:
            return str(IPv6Address(name.removeprefix("[").removesuffix("]")))
        except ValueError:
            return None
    return name or None
