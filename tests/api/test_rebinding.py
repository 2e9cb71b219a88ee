"""DNS rebinding: a page whose name was pointed at this machine is same-origin to its browser, and gets no data."""

from collections.abc import Iterator

import pytest
import requests
from flask import Flask

from tests.api.conftest import Serving
from tests.inference.engine import listening
from tests.registry import Registry

REBOUND = "evil.example"


@pytest.fixture(scope="module")
def address(server: Flask) -> Iterator[str]:
    with listening(server) as address:
        yield address


def as_rebound_page(method: str, address: str, path: str, **more: object) -> requests.Response:
    """Returns what its scripts get: same-origin requests, as far as the browser knows."""
    name = f"{REBOUND}:{address.rpartition(':')[2]}"
    headers = {"Host": name, "Origin": f"http://{name}", "Sec-Fetch-Site": "same-origin"}
    return requests.request(method, f"{address}{path}", headers=headers, timeout=10, **more)  # type: ignore[arg-type]


def test_a_rebound_page_cannot_activate_or_delete_a_model(address: str, registry: Registry) -> None:
    version = registry.version()
    body = {"model_id": version}
    for answer in (
        as_rebound_page("POST", address, "/api/models/active", json=body),
        as_rebound_page("DELETE", address, f"/api/models/{version}"),
    ):
        assert answer.status_code == 400
        assert REBOUND in answer.json()["error"]
        assert "TRUSTED_HOSTS" in answer.json()["error"]
    assert requests.get(f"{address}/api/models/active", timeout=10).status_code == 404
    assert requests.get(f"{address}/api/models/{version}", timeout=10).status_code == 200
    done = requests.post(f"{address}/api/models/active", json=body, timeout=20)
    assert done.status_code == 200, done.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/mlflow"),
        ("GET", "/health"),
        ("GET", "/api/runs"),
        ("GET", "/api/nothing"),
        ("GET", "/_dash-layout"),
        ("GET", "/_dash-dependencies"),
        ("GET", "/assets/clew.css"),
        ("POST", "/_dash-update-component"),
        ("OPTIONS", "/api/models"),
        ("HEAD", "/"),
    ],
)
def test_a_rebound_page_can_read_nothing(address: str, method: str, path: str) -> None:
    answer = as_rebound_page(method, address, path)
    assert answer.status_code == 400
    assert len(answer.content) < 300


HOSTS = (
    REBOUND,
    "EVIL.example:8050",
    "evil.example.",
    "[fd00::5]:1",
    "evil.example:abc",
    "a b",
    "[",
    "evil\xff",
    "x" * 300,
)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_api_gives_the_reason_as_pages_do(server: Flask, host: str, method: str) -> None:
    """The same reason is given where the API has no such address or method."""
    for path in ("/", "/health", "/api", "/api/nothing", "/api/runs", "/api/models/active", "/api/models/a/restore"):
        answer = server.test_client().open(path, method=method, headers={"Host": host}, json={"model_id": "1"})
        assert (answer.status_code, answer.mimetype) == (400, "application/json")
        assert method == "HEAD" or answer.json["code"] == "host-not-trusted", path


@pytest.mark.parametrize("host", ["LOCALHOST", "Localhost.:8050", "[::FFFF:127.0.0.1]", "127.0.0.1:80"])
def test_host_names_are_compared_without_case(server: Flask, host: str) -> None:
    """Neither has the origin of a page that writes: it is compared with the host name of the request."""
    origin = f"http://{host.lower().replace('.:', ':')}"
    for path in ("/api/nothing", "/api/models/active"):
        answer = server.test_client().post(path, headers={"Host": host, "Origin": origin}, json={})
        assert answer.status_code in (404, 422), answer.text


def test_a_trusted_host_name_is_answered(serving: Serving, registry: Registry) -> None:
    server = serving(registry.tracking.address, model_name=registry.name, trusted_hosts=f".{REBOUND}")
    with listening(server) as address:
        assert as_rebound_page("GET", address, "/api/models").status_code == 200
