"""Malformed requests to each operation: they are refused with a code, and Clew never fails."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.openapi import FILE
from tests.api.conftest import Serving, until_listed
from tests.registry import Registry

NOWHERE = "http://127.0.0.1:1"
PATHS = yaml.safe_load(FILE.read_text("utf-8"))["paths"]
OPERATIONS = [(method, path, operation) for path, methods in PATHS.items() for method, operation in methods.items()]
IN_PATH = ["%00", "%ff", "..", "%2e%2e%2fx", "x" * 10_000, "%F0%9F%92%A9", "%20", "9" * 5_000, "'\";--", "%0d%0aX:1"]
IN_QUERY = ["", "%00", "%ff", "9" * 5_000, "-1", "1e400", "NaN", "%F0%9F%92%A9", "a&{name}=b", "%0d%0aX:1", "null"]
BODIES: list[bytes] = [
    *(b"", b"null", b"[]", b"{", b'"x"', b"\x00", b"\xff\xfe", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"NaN"),
    *(b"[" * 60_000, b'{"a":' * 10_000, b'{"seed":' + b"9" * 5_000 + b"}", b'{"run_id":"\\u0000"}'),
    *(b'{"model_id":"\\u0000"}', b'{"trainer":"\\ud800"}', b'{"action":"change","runs":["\\u0000"]}'),
]
LONG = b'{"a":"' + b"x" * 10 * 2**20 + b'"}'


@pytest.fixture(scope="module")
def client(serving: Serving, registry: Registry) -> FlaskClient:
    """Returns a client of an app with MLflow and no other service: a malformed request starts nothing."""
    away = {"scheduler_url": NOWHERE, "inference_url": NOWHERE, "gpu_monitor_urls": f"local={NOWHERE}"}
    client = serving(registry.tracking.address, model_name=registry.name, **away).test_client()
    until_listed(client)
    return client


def check_refused_or_done(answer: TestResponse, request: str) -> None:
    """Checks that it is no 500; 502 to 504 come from the scheduler, the watcher or a monitor, which do not run
    here."""
    assert answer.status_code in (200, 204, 304) or 400 <= answer.status_code < 500 or answer.status_code > 501, request
    if answer.status_code >= 400:
        assert answer.json is not None, request
        assert answer.json["code"], request
        assert answer.json["error"], request


def filled_path(path: str, value: str = "a") -> str:
    return re.sub(r"{\w+}", value, path)


def sent(client: FlaskClient, method: str, address: str, **more: Any) -> TestResponse:
    body = {} if method in ("get", "delete") or more else {"json": {}}
    return client.open(address, method=method.upper(), **body, **more)


def test_malformed_paths_cause_no_server_error(client: FlaskClient) -> None:
    for method, path, _operation in OPERATIONS:
        for odd in IN_PATH if "{" in path else ():
            address = filled_path(path, odd)
            check_refused_or_done(sent(client, method, address), f"{method} {address[:100]}")


def queries() -> Iterator[tuple[str, str]]:
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                for odd in IN_QUERY:
                    yield method, f"{filled_path(path)}?{parameter['name']}={odd.format(name=parameter['name'])}"


def test_malformed_queries_cause_no_server_error(client: FlaskClient) -> None:
    for method, address in queries():
        answer = sent(client, method, address)
        check_refused_or_done(answer, f"{method} {address[:100]}")


def test_malformed_bodies_cause_no_server_error(client: FlaskClient) -> None:
    with_bodies = [(method, filled_path(path)) for method, path, operation in OPERATIONS if "requestBody" in operation]
    assert len(with_bodies) > 8
    for method, address in with_bodies:
        for body in BODIES:
            answer = sent(client, method, address, data=body, content_type="application/json")
            assert 400 <= answer.status_code < 500 or answer.status_code > 501, (address, body[:40])
            check_refused_or_done(answer, f"{method} {address} {body[:40]!r}")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""):
            answer = sent(client, method, address, data=b"{}", content_type=kind)
            assert (answer.status_code, answer.json["code"]) == (415, "not-sent-as-json"), (address, kind)
        answer = sent(client, method, address, data=LONG, content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (413, "request-too-long"), address


@pytest.mark.parametrize("query", ["", "filter[name]=", "filter[name]=+", "experimnt=x", "archived=true", "page=3"])
def test_a_bulk_change_without_an_effective_filter_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.post(f"/api/runs/changes?{query}", json={"action": "delete"})
    assert (answer.status_code, answer.json["code"]) == (400, "no-runs-chosen")


def test_undeclared_methods_are_refused(client: FlaskClient) -> None:
    for path, methods in PATHS.items():
        address = filled_path(path)
        for method in ("PUT", "TRACE", "FOO", "PROPFIND"):
            answer = client.open(address, method=method)
            assert (answer.status_code, answer.json["code"]) == (405, "method-not-taken"), (method, address)
        allowed = client.options(address)
        assert allowed.status_code == 200
        assert {method.upper() for method in methods} <= set(allowed.headers["Allow"].split(", "))
        if "get" in methods:
            in_full, only_head = client.get(address), client.head(address)
            assert (only_head.status_code, only_head.data) == (in_full.status_code, b""), address
