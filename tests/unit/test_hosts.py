"""The host names under which a process answers, spelled as browsers, probes and attackers may spell them."""

import pytest

from domain.hosts import Origin, host_name, hosts_answered, is_loopback, open_host_warning, read_hosts
from sockets.origins import is_allowed, read_origins

LOOPBACK = [
    "localhost",
    "LocalHost:8050",
    "localhost.",
    "localhost.:8050",
    "clew.localhost",
    "127.0.0.1",
    "127.0.0.1:8050",
]
LOOPBACK += ["127.8.9.10", "[::1]", "[::1]:8050", "[0:0:0:0:0:0:0:1]:1", "[::FFFF:127.0.0.1]", "localhost:"]
STRANGE = [
    "evil.example",
    "evil.example:8050",
    "EVIL.EXAMPLE",
    "evil.example.",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
]
STRANGE += [
    "10.0.0.5",
    "0.0.0.0:8050",
    "[::]",
    "[fd00::5]",
    "::1",
    "[",
    "]",
    "[]",
    "[::1",
    "[::1]evil",
    "[::1].evil",
    "[evil.example]",
]
STRANGE += [
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "localhost,evil.example",
    "localhost evil",
    "localhost/evil",
    ".",
    " .",
]
STRANGE += [
    "localhost:port",
    "localhost:80:80",
    "http://localhost",
    "notlocalhost",
    "ｌocalhost",
    "local\thost",
    "[::1%lo]",
]


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_a_process_on_loopback_accepts_only_loopback_host_names(bound_to: str) -> None:
    trusted = hosts_answered("", bound_to)
    assert [host for host in LOOPBACK if not trusted.include(host)] == []
    assert [host for host in STRANGE if trusted.include(host)] == []


@pytest.mark.parametrize("missing", [None, ""])
def test_a_request_without_a_host_name_is_accepted(missing: str | None) -> None:
    assert hosts_answered("", "127.0.0.1").include(missing)


def test_other_host_names_are_accepted_only_if_listed() -> None:
    trusted = hosts_answered(
        " Clew.Example.com:443, .portal.example.com ,10.0.0.5, [FD00:0::5],fd00::6, müller.example,", "::1"
    )
    good = [
        "clew.example.com",
        "CLEW.example.COM.:8050",
        "portal.example.com",
        "a.b.portal.example.com",
        "10.0.0.5:8001",
    ]
    good += ["[fd00::5]:1", "[fd00::6]", "xn--mller-kva.example"]
    assert [host for host in good + LOOPBACK if not trusted.include(host)] == []
    bad = [
        "a.clew.example.com",
        "xportal.example.com",
        "portal.example.com.evil.example",
        "10.0.0.50",
        "[fd00::7]",
        "example.com",
    ]
    assert [host for host in bad if trusted.include(host)] == []


def test_the_bound_address_is_always_an_accepted_host_name() -> None:
    """The dashboard, probes and Prometheus reach a GPU host by its IP address."""
    assert hosts_answered("clew.example.com", "10.0.0.11").include("10.0.0.11:8001")
    assert hosts_answered("clew.example.com", "fd00::1").include("[fd00::1]:8001")
    assert not hosts_answered("clew.example.com", "0.0.0.0").include("10.0.0.11:8001")


@pytest.mark.parametrize("bound_to", ["0.0.0.0", "::", "10.0.0.11", "trainer-1"])
def test_an_open_process_without_a_list_accepts_any_host_name_with_a_warning(bound_to: str) -> None:
    assert hosts_answered("", bound_to).include("evil.example")
    warning = open_host_warning("HOST", bound_to, "")
    assert warning is not None
    assert warning.startswith(f"HOST={bound_to} without TRUSTED_HOSTS")
    assert open_host_warning("HOST", bound_to, "clew.example.com") is None
    assert not hosts_answered("clew.example.com", bound_to).include("evil.example")


def test_an_asterisk_accepts_any_host_name() -> None:
    assert hosts_answered("*", "127.0.0.1").include("evil.example")
    assert open_host_warning("HOST", "0.0.0.0", "*") is None


def test_a_process_on_loopback_needs_no_warning() -> None:
    assert [
        host for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost") if open_host_warning("HOST", host, "")
    ] == []
    assert not is_loopback("")


@pytest.mark.parametrize(
    "entry", ["http://clew.example.com", "a b", "*.example.com", "[evil]", "[::1", ".", "a/b", "a@b"]
)
def test_an_invalid_host_name_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match="should be a host name") as refused:
        read_hosts(f"good.example.com, {entry}")
    assert repr(entry) in str(refused.value)


SAME = [
    ("http://clew.example.com", "clew.example.com"),
    ("http://Clew.Example.COM", "clew.example.com"),
    ("http://clew.example.com", "CLEW.example.com:80"),
    ("http://clew.example.com:80", "clew.example.com"),
    ("https://clew.example.com", "clew.example.com:443"),
    ("https://clew.example.com:443", "Clew.example.com"),
    ("https://clew.example.com.", "clew.example.com"),
    ("http://clew.example.com:8050", "clew.example.com.:8050"),
    ("http://[::1]:8050", "[0:0:0:0:0:0:0:1]:8050"),
    ("http://[FD00::5]", "[fd00::5]"),
    ("http://m\u00fcller.example", "xn--mller-kva.example"),
    ("HTTP://127.0.0.1:8050", "127.0.0.1:8050"),
]
OTHERS = [
    ("http://clew.example.com", "clew.example.com:8050"),
    ("https://clew.example.com", "clew.example.com:80"),
    ("http://evil.example", "clew.example.com"),
    ("http://clew.example.com.evil.example", "clew.example.com"),
    ("http://clew.example.com@evil.example", "clew.example.com"),
    ("http://clew.example.com/path", "clew.example.com"),
    ("null", "clew.example.com"),
    ("", "clew.example.com"),
    ("http://[", "["),
    ("http://:80", ":80"),
    ("file://", ""),
    ("clew.example.com", "clew.example.com"),
]


@pytest.mark.parametrize(("origin", "host"), SAME)
def test_origins_are_compared_by_host_regardless_of_spelling(origin: str, host: str) -> None:
    page = Origin.of(origin)
    assert page is not None
    assert page.is_of(host)
    assert is_allowed(origin, host, frozenset())
    assert is_allowed(lower_case_origin(origin), "x", read_origins(f" {origin.upper()}/ , https://other.example"))


def lower_case_origin(origin: str) -> str:
    """Returns the page's origin in lower case, as a browser sends it."""
    page = Origin.of(origin)
    assert page is not None
    host = f"[{page.host}]" if ":" in page.host else page.host
    return f"{page.scheme}://{host}" + ("" if page.port in (80, 443) else f":{page.port}")


@pytest.mark.parametrize(("origin", "host"), OTHERS)
def test_another_origin_is_refused_in_any_spelling(origin: str, host: str) -> None:
    page = Origin.of(origin)
    assert page is None or not page.is_of(host)
    assert not is_allowed(origin, "clew.example.com", read_origins("https://listed.example"))


@pytest.mark.parametrize(
    "entry",
    [
        "http://bob:pw@clew.example.com",
        "http://bob%3Apw%40clew.example.com",
        "ftp://clew.example.com",
        "clew",
        "http://a/b",
    ],
)
def test_an_invalid_origin_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="should be an origin"):
        read_origins(entry)


def test_a_host_name_is_read_without_its_port() -> None:
    assert host_name("Clew.Example.com.:80") == host_name("clew.example.com") == "clew.example.com"
    assert host_name("a b") is None
