"""The edge of the server: what it refuses, what it logs, and what it reports about itself."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

import api.edge.request_log
import api.errors
from app import create_app
from domain.logs import JsonFormatter
from services.connect import connect
from settings.settings import Settings
from tests.faults.viewer import Viewer, in_process

CALLBACK = "/_dash-update-component"
JSON = "application/json"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Returns a client of the app with an MLflow that does not exist: no test here needs one."""
    cache: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(_env_file=None, mlflow_tracking_uri="http://127.0.0.1:1", cache_dir=cache)  # type: ignore[call-arg,arg-type]
    with create_app(settings, connect(settings)).server.test_client() as client:
        yield client


def test_health_sends_no_request_to_another_service(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "healthy"})


def test_an_unforeseen_error_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Uses a route of this test's own, since no route of Clew is known to fail in this way."""
    server, routes = Flask("odd"), Blueprint(api.errors.BLUEPRINT, __name__, url_prefix="/api")

    @routes.get("/odd")
    def fail() -> str:
        raise RuntimeError("odd")

    api.edge.request_log.register(server)
    api.errors.register(server)
    server.register_blueprint(routes)
    answer = server.test_client().get("/api/odd")
    assert (answer.status_code, answer.mimetype, set(answer.json)) == (
        500,
        "application/json",
        {"error", "details", "code", "params"},
    )
    line = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert line.reference in answer.json["error"]  # type: ignore[attr-defined]
    assert line.exc_info is not None
    assert "RuntimeError" not in answer.text


WORKER = """
import sys, threading, app
server, answers, paths = app.server, set(), sys.argv[1:]
together = threading.Barrier(len(paths))
def ask(path):
    client = server.test_client()
    together.wait()
    answers.add(client.get(path).status_code)
threads = [threading.Thread(target=ask, args=(path,)) for path in paths]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*answers)
"""


def test_a_new_worker_serves_all_scripts_at_once(client: FlaskClient, tmp_path: Path) -> None:
    """One worker answers with the document, and the browser requests all of its scripts from another one."""
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', client.get("/mlflow").text)
    assert len(scripts) > 5
    settings = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1", "CACHE_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-c", WORKER, *scripts]
    worker = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=60, check=True)
    assert worker.stdout.split() == ["200"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_cannot_run_callbacks(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post(CALLBACK, json={}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.json["error"]


def test_an_invalid_referer_is_ignored(client: FlaskClient) -> None:
    assert client.get("/", headers={"Referer": "http://["}).status_code == 200


@pytest.mark.parametrize(
    ("address", "component"),
    [
        ("/mlflow?runs=a&runs=b&experiment=x&experiment=y&x=step&x=time", "runs-table"),
        ("/mlflow/runs/a?run_id=b&run_id=c", "run-charts"),
        ("/models/1?model_id=2&model_id=3", "model-policy"),
        ("/inference?model=1&model=2&speed=1&speed=2", "inference-request"),
        ("/gpu?x=1&x=2", "gpus-chart"),
    ],
)
def test_a_repeated_query_parameter_breaks_no_page(client: FlaskClient, address: str, component: str) -> None:
    assert Viewer(in_process(client.application), address).has(component)


@pytest.mark.parametrize(
    "body",
    [b"junk", b"{}", b"[]", b"null", b'{"output": 7, "inputs": []}', b'{"output": "x.y", "inputs": []}', b"\xff"],
)
def test_a_malformed_callback_is_a_400(client: FlaskClient, body: bytes) -> None:
    answer = client.post(CALLBACK, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json) == {"error", "details", "code", "params"}


def test_forged_values_in_a_callback_cause_no_500(client: FlaskClient) -> None:
    """Sends a body of the right shape with values that no page of Clew would send."""
    body: dict[str, Any] = {
        "output": "compare-download.data",
        "outputs": {"id": "compare-download", "property": "data"},
        "inputs": [
            {"id": name, "property": "n_clicks", "value": 1} for name in ("compare-table-csv", "compare-points-csv")
        ],
        "changedPropIds": ["compare-table-csv.n_clicks"],
        "state": [
            {"id": "compare-runs", "property": "data", "value": 7},
            {"id": "compare-options", "property": "data", "value": "x"},
        ],
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code == 200
    assert "frame-errors" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/?lang=ja", 200),
        ("/mlflow", 200),
        ("/mlflow/runs/anything", 200),
        ("/mlflow?runs=" + ",".join(f"{n:032x}" for n in range(300)), 200),
        ("/mlflow/runs/../../etc/passwd", 404),
        ("/mlflow/runs/a/b", 404),
        ("/nothing", 404),
        ("/assets/../app.py", 404),
        ("/assets/%2e%2e/app.py", 404),
    ],
)
def test_each_address_has_its_status(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allowed"),
    [
        ("GET", "/runs/rows", 405, "method-not-taken", {"POST"}),
        ("GET", "/links", 405, "method-not-taken", {"POST"}),
        ("GET", "/changes?again=1", 405, "method-not-taken", {"POST"}),
        ("DELETE", "/views", 405, "method-not-taken", {"GET", "POST"}),
        ("PUT", "/charts/figure", 405, "method-not-taken", {"GET", "POST"}),
        ("POST", "/health", 405, "method-not-taken", {"GET"}),
        ("GET", "/runs", 404, "no-such-address", None),
        ("GET", "/runs/", 404, "no-such-address", None),
        ("POST", "/runs/nothing", 404, "no-such-address", None),
        ("GET", "/charts", 404, "no-such-address", None),
        ("GET", "/charts/%ff/é", 404, "no-such-address", None),
        ("DELETE", "/views/nothing", 404, "no-such-address", None),
        ("POST", "/links", 413, "request-too-long", None),
        ("POST", "/charts/figure", 413, "request-too-long", None),
    ],
)
def test_refused_requests_of_pages_for_data_are_answered_in_json(
    client: FlaskClient, method: str, path: str, status: int, code: str, allowed: set[str] | None
) -> None:
    answer = client.open(path, method=method, data=b"[" * (2**21 if status == 413 else 1), content_type=JSON)
    assert (answer.status_code, answer.mimetype) == (status, JSON), answer.text
    assert answer.json.keys() >= {"error", "details", "code", "params"}
    assert answer.json["code"] == code
    assert allowed is None or set(answer.headers["Allow"].split(", ")) == allowed


def test_a_selection_too_long_is_refused_in_the_readers_language(client: FlaskClient) -> None:
    body = b"[" * (4 * 2**20 + 1)
    answer = client.post("/runs/rows?lang=ja", data=body, content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (413, "request-too-long")
    assert answer.json["error"] == "The request is longer than 4096 KiB."
    assert "4096" in answer.json["message"]
    assert answer.json["message"] != answer.json["error"]


@pytest.mark.parametrize("path", ["/runsx", "/viewsx/a", "/linked", "/mlflow/runs/rows/x", "/nothing"])
def test_an_unknown_page_is_an_html_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("path", "header", "lang"),
    [
        ("/mlflow", "en", "en"),
        ("/mlflow", "ja,en;q=0.5", "ja"),
        ("/mlflow?lang=ja", "en", "ja"),
        ("/?lang=ja", "en", "ja"),
        ("/mlflow?lang=xx", "fr", "en"),
    ],
)
def test_the_document_declares_its_language(client: FlaskClient, path: str, header: str, lang: str) -> None:
    answer = client.get(path, headers={"Accept-Language": header})
    assert f'<html lang="{lang}" ' in answer.text


def test_no_address_of_a_third_party_is_in_the_document(client: FlaskClient) -> None:
    text = client.get("/mlflow").text
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_every_request_is_logged_with_its_id(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "clew.requests"):
        answer = client.get("/mlflow", headers={"X-Request-ID": "abc"})
    assert answer.headers["X-Request-ID"] == "abc"
    line = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert line.items() >= {"level": "INFO", "message": "request", "path": "/mlflow", "status": 200}.items()
    assert line["duration_ms"] >= 0
    assert line["timestamp"].endswith("+00:00")


def test_a_logged_error_has_its_stack_trace() -> None:
    try:
        raise ValueError("odd")
    except ValueError as error:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "went wrong", (), (ValueError, error, error.__traceback__)
        )
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["message"]) == ("ERROR", "went wrong")
    assert "ValueError: odd" in line["stack_trace"]
