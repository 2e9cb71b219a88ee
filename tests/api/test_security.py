"""What Clew's headers allow browsers to do, and under which host names Clew answers."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

from app import create_app
from services.connect import connect
from settings.settings import Settings


def clew(folder: Path, **settings: Any) -> Flask:
    settings = {"mlflow_tracking_uri": "http://127.0.0.1:1", "trusted_hosts": "*"} | settings
    values = Settings(_env_file=None, cache_dir=folder, **settings)  # type: ignore[call-arg,arg-type]
    server: Flask = create_app(values, connect(values)).server
    return server


def policy(server: Flask, base: str = "http://clew.example.com:8050") -> dict[str, str]:
    answer = server.test_client().get("/mlflow", base_url=base)
    parts = (part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    return {name: value for name, value in parts}


def test_a_page_may_load_and_run_only_clews_files(cache_dir: Path) -> None:
    server = clew(cache_dir)
    directives = policy(server)
    assert directives["default-src"] == "'none'"
    assert all(source == "'self'" or source.startswith("'sha256-") for source in directives["script-src"].split())
    assert directives["frame-ancestors"] == "'self'"
    answer = server.test_client().get("/health")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize(
    ("base", "urls", "sockets"),
    [
        (
            "http://clew.example.com:8050",
            "",
            {"ws://clew.example.com:8001", "ws://clew.example.com:8002", "ws://clew.example.com:8003"},
        ),
        ("https://clew.example.com", "", {"wss://clew.example.com"}),
        ("http://[::1]:8050", "", {"ws://[::1]:8001", "ws://[::1]:8002", "ws://[::1]:8003"}),
        (
            "http://a",
            "x=http://gpu1:9001,y=https://gpu2",
            {"ws://gpu1:9001", "wss://gpu2", "ws://a:8002", "ws://a:8003"},
        ),
        ("http://a", "x=http://gpu1:9001|wss://portal/gpu/x", {"wss://portal", "ws://a:8002", "ws://a:8003"}),
    ],
)
def test_the_policy_allows_sockets_to_the_configured_services(
    cache_dir: Path, base: str, urls: str, sockets: set[str]
) -> None:
    directives = policy(clew(cache_dir, gpu_monitor_urls=urls), base)["connect-src"].split()
    assert set(directives) == {"'self'"} | sockets


@pytest.mark.parametrize(
    ("peer", "proxies", "forwarded", "source"),
    [
        ("127.0.0.1", None, ["https"], "wss://clew.example.com"),
        ("::ffff:127.0.0.1", None, ["https"], "wss://clew.example.com"),
        ("127.0.0.1", None, ["http"], "ws://clew.example.com:8001"),
        ("127.0.0.1", None, [], "ws://clew.example.com:8001"),
        # The last value is the proxy's own; those before it came from the browser.
        ("127.0.0.1", None, ["https", "http"], "ws://clew.example.com:8001"),
        ("127.0.0.1", None, ["http", "https"], "wss://clew.example.com"),
        ("10.0.0.5", None, ["https"], "ws://clew.example.com:8001"),
        ("10.0.0.5", "10.0.0.0/24", ["https"], "wss://clew.example.com"),
        ("127.0.0.1", "10.0.0.0/24", ["https"], "ws://clew.example.com:8001"),
    ],
)
def test_a_page_is_on_https_where_a_trusted_proxy_declares_it(
    cache_dir: Path, peer: str, proxies: str | None, forwarded: list[str], source: str
) -> None:
    settings = {} if proxies is None else {"trusted_proxies": proxies}
    answer = (
        clew(cache_dir, **settings)
        .test_client()
        .get(
            "/gpu",
            base_url="http://clew.example.com",
            headers=[("X-Forwarded-Proto", one) for one in forwarded],
            environ_overrides={"REMOTE_ADDR": peer},
        )
    )
    policy = answer.headers["Content-Security-Policy"]
    (sockets,) = (part.split()[1:] for part in policy.split("; ") if part.startswith("connect-src"))
    assert source in sockets
    assert {one for one in sockets if one.startswith("wss:")} == {source} & {"wss://clew.example.com"}


def test_other_headers_of_a_proxy_are_ignored(cache_dir: Path) -> None:
    """A page that reaches loopback under a name of its own may set headers; TRUSTED_HOSTS has to stop it."""
    client = clew(cache_dir, trusted_hosts="clew.example.com", gpu_monitor_port=8001).test_client()
    headers = {"X-Forwarded-Host": "clew.example.com", "X-Forwarded-Prefix": "/x", "X-Forwarded-For": "127.0.0.1"}
    assert client.get("/health", base_url="http://evil.example", headers=headers).status_code == 400


def test_the_portal_may_show_clew_in_a_frame(cache_dir: Path) -> None:
    server = clew(cache_dir, frame_ancestors="self https://portal.example.com")
    assert policy(server)["frame-ancestors"] == "'self' https://portal.example.com"


@pytest.mark.parametrize("value", ["https://a; script-src *", "a\nb", "'none'; x", "https://a, https://b", " "])
def test_a_value_that_would_end_the_directive_is_refused_as_ancestor(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, frame_ancestors=value)  # type: ignore[call-arg]


def test_only_trusted_host_names_are_answered_if_they_are_set(cache_dir: Path) -> None:
    client = clew(cache_dir, trusted_hosts="clew.example.com, .portal.example.com, [fd00::5]").test_client()
    good = ("clew.example.com", "a.portal.example.com:8050", "127.0.0.1:8050", "localhost", "[::1]:8050", "[::1]")
    for host, status in (
        *((host, 200) for host in (*good, "[fd00::5]:8050", "[FD00:0::5]")),
        ("evil.example", 400),
        ("clew.example.com.evil.example", 400),
        ("[::2]:8050", 400),
        ("[::1].evil.example", 400),
        ("[::1]evil.example:80", 400),
        ("[::1]@evil.example", 400),
        ("[evil.example]", 400),
        ("::1", 400),
        ("[", 400),
    ):
        assert client.get("/health", headers={"Host": host}).status_code == status, host
    # Dash was set up by then, nevertheless.
    assert client.get("/_dash-layout", base_url="http://clew.example.com").status_code == 200
