"""/api/models: the contract that the team's model server follows, its errors, and who may write."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import Serving
from tests.misbehaving import ERROR_500, HANG, HTML, REFUSED, Misbehaving, eventually
from tests.models.changing import answered, request
from tests.registry import ENVIRONMENT, POLICY, Registry

FACTS = {"algorithm": "ppo", "trained_at": "2026-01-02T03:04:05+00:00", "success_rate": "0.75", "total_episodes": "900"}
TOKEN = "a-long-enough-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def is_failure(answer: TestResponse, status: int) -> bool:
    """Returns whether it is this failure in the contract's form; the assertion message shows what is wrong."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error", "details", "code", "params"}
    assert answer.json["error"]
    return all(isinstance(value, str) for value in answer.json["details"].values())


def activate(client: FlaskClient, model_id: str, **more: Any) -> TestResponse:
    return client.post("/api/models/active", json={"model_id": model_id}, **more)


class TestTheContract:
    """The tests run in this order: the first one needs a registry without an active model."""

    def test_nothing_is_active_at_first(self, client: FlaskClient) -> None:
        assert is_failure(client.get("/api/models/active"), 404)

    def test_a_model_is_listed_activated_deleted_and_restored(self, client: FlaskClient, registry: Registry) -> None:
        first, second = registry.version(**FACTS), registry.version(success_rate="0.5")
        listed = {row["id"]: row for row in client.get("/api/models").json}
        assert set(listed[first]) == {"id", "algorithm", "trained_at", "success_rate", "onnx_path"}
        assert datetime.fromisoformat(listed[first]["trained_at"]) == datetime.fromisoformat(FACTS["trained_at"])
        assert listed[first]["success_rate"] == 0.75
        assert listed[first]["onnx_path"].endswith("/policy.onnx")
        assert listed[second]["algorithm"] is None
        detail = client.get(f"/api/models/{first}").json
        more = {"total_episodes": 900, "env_id": ENVIRONMENT, "run_id": detail["run_id"], "name": registry.name}
        unknown = {
            "mean_return": None,
            "env_spec": None,
            "policy_signature": None,
            "normalization": None,
            "environment_trouble": None,
            "description": None,
        }
        assert detail == listed[first] | more | unknown | {"aliases": [], "tags": {}}
        assert len(detail["run_id"]) == 32
        assert client.get(f"/api/models/{second}").json["total_episodes"] is None

        for _ in range(2):  # repeating a write does no harm
            answer = activate(client, first)
            assert (answer.status_code, set(answer.json), answer.json["id"]) == (
                200,
                {"id", "message", "overrules_deletion"},
                first,
            )
        assert client.get("/api/models/active").json == detail
        assert is_failure(client.delete(f"/api/models/{first}"), 409)
        answer = client.post("/api/models/active", json={"model_id": second, "reason": "more stable"})
        assert answer.status_code == 200
        history = client.get("/api/models/history").json
        assert [(one["model_id"], one["former_id"], one["reason"]) for one in history] == [
            (second, first, "more stable"),
            (first, None, None),
        ]

        for _ in range(2):
            gone = client.delete(f"/api/models/{first}")
            assert (gone.status_code, gone.data, gone.content_type) == (204, b"", None)
        assert first not in [row["id"] for row in client.get("/api/models").json]
        assert is_failure(client.get(f"/api/models/{first}"), 404)
        assert is_failure(activate(client, first), 409)
        assert client.get("/api/models/active").json["id"] == second
        assert client.post(f"/api/models/{first}/restore").json == detail
        assert client.get(f"/api/models/{first}").status_code == 200

    def test_an_invalid_policy_file_is_refused_and_the_former_model_stays(
        self, client: FlaskClient, registry: Registry
    ) -> None:
        # Its run supplies what its tags lack, once the list of runs has been read again.
        eventually(lambda: client.get("/api/models/active").json["trained_at"])
        before = client.get("/api/models/active").json
        answer = activate(client, registry.version(b"this is no ONNX"))
        assert is_failure(answer, 422)
        assert client.get("/api/models/active").json == before


ODD_IDS = [
    "../x",
    "..",
    ".",
    "\0",
    "a\nb",
    "x" * 10_000,
    "🤖",
    "モデル",
    "a/b",
    "0",
    "-1",
    "1.0",
    "999999",
    "%",
    "' OR 1=1",
    "a?b",
]


@pytest.mark.parametrize("model_id", ODD_IDS, ids=lambda text: ascii(text)[:12])
def test_malformed_ids_match_no_model(client: FlaskClient, model_id: str) -> None:
    path = f"/api/models/{quote(model_id, safe='')}"
    for answer in (client.get(path), client.delete(path), client.post(f"{path}/restore")):
        assert is_failure(answer, 404)
    assert activate(client, model_id).status_code in (404, 422)
    assert is_failure(activate(client, model_id), activate(client, model_id).status_code)


def test_an_id_that_is_not_utf8_matches_no_model(client: FlaskClient) -> None:
    assert is_failure(client.get("/api/models/%ff%fe"), 404)


@pytest.mark.parametrize(
    ("body", "kind", "status", "field"),
    [
        (b"junk", "application/json", 400, "body"),
        (b"", "application/json", 400, "body"),
        (b'{"model_id": "\\ud800"}', "application/json", 400, "body"),
        (b"\xff", "application/json", 400, "body"),
        (b"[]", "application/json", 422, "body"),
        (b"{}", "application/json", 422, "model_id"),
        (b'{"model_id": ""}', "application/json", 422, "model_id"),
        (b'{"model_id": null}', "application/json", 422, "model_id"),
        (b'{"model_id": {"a": 1}}', "application/json", 422, "model_id"),
        (b'{"model_id": "1", "reason": "' + b"x" * 501 + b'"}', "application/json", 422, "reason"),
        (b'{"model_id": "' + b"x" * 10_000 + b'"}', "application/json", 422, "model_id"),
        (b'{"model_id": "1"}', "text/plain", 415, None),
        (b"model_id=1", "application/x-www-form-urlencoded", 415, None),
        (b'{"model_id": "' + b"x" * 100_000 + b'"}', "application/json", 413, None),
    ],
)
def test_an_invalid_body_is_refused_with_its_field(
    client: FlaskClient, body: bytes, kind: str, status: int, field: str | None
) -> None:
    answer = client.post("/api/models/active", data=body, content_type=kind)
    assert is_failure(answer, status)
    assert list(answer.json["details"]) == ([field] if field else [])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 404),
        ("GET", "/api/models/", 404),
        ("GET", "/api//models", 404),
        ("GET", "/api/models//active", 404),
        ("GET", "/api/runs/a/b", 404),
        ("GET", "/api/runs/..%2fx", 404),
        ("GET", "/api/../app.py", 404),
        ("PUT", "/api/models", 405),
        ("POST", "/api/models", 405),
        ("PATCH", "/api/models/active", 405),
        ("PUT", "/api/models/1", 405),
        ("PUT", "/api/runs/1", 405),
        ("BREW", "/api/health", 405),
    ],
)
def test_no_address_under_api_is_answered_with_a_page(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert is_failure(answer, status)
    assert ("Allow" in answer.headers) == (status == 405)


def test_answers_without_a_body_have_no_content_type(client: FlaskClient) -> None:
    assert client.options("/api/models").content_type is None
    assert client.head("/api/models").mimetype == "application/json"


class TestThePolicyFile:
    def test_the_file_is_returned_unchanged_and_then_with_304(self, client: FlaskClient, registry: Registry) -> None:
        path = f"/api/models/{registry.version()}/policy"
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.data == POLICY.read_bytes()
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_a_missing_policy_file_is_reported(self, client: FlaskClient, registry: Registry) -> None:
        version = registry.version(onnx_file="gone.onnx")
        answer = client.get(f"/api/models/{version}/policy")
        assert is_failure(answer, 422)
        assert "gone.onnx is missing" in answer.json["error"]

    def test_unknown_and_deleted_models_have_no_policy_file(self, client: FlaskClient, registry: Registry) -> None:
        version = registry.version()
        assert client.delete(f"/api/models/{version}").status_code == 204
        assert is_failure(client.get(f"/api/models/{version}/policy"), 404)
        assert is_failure(client.get("/api/models/999999/policy"), 404)


WRITES = [
    ("POST", "/api/models/active", {"model_id": "1"}),
    ("DELETE", "/api/models/1", None),
    ("POST", "/api/models/1/restore", None),
]


def write(client: FlaskClient, number: int, **more: Any) -> TestResponse:
    method, path, body = WRITES[number]
    return client.open(path, method=method, json=body, **more)


@pytest.mark.parametrize("number", range(len(WRITES)))
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_page_writes_nothing(client: FlaskClient, number: int, headers: dict[str, str]) -> None:
    assert is_failure(write(client, number, headers=headers), 403)


class TestWithAToken:
    @pytest.fixture(scope="class")
    def client(self, serving: Serving, registry: Registry) -> FlaskClient:
        settings = {"api_token": TOKEN, "trusted_user_header": "X-Forwarded-User", "model_name": registry.name}
        return serving(registry.tracking.address, **settings).test_client()

    @pytest.mark.parametrize("number", range(len(WRITES)))
    @pytest.mark.parametrize(
        "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"]
    )
    def test_writes_need_the_token(self, client: FlaskClient, number: int, given: str) -> None:
        answer = write(client, number, headers={"Authorization": given, "X-Forwarded-User": "kim"})
        assert is_failure(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_reads_need_no_token(self, client: FlaskClient) -> None:
        assert client.get("/api/models").status_code == 200

    def test_an_activation_records_the_person_that_the_proxy_names(
        self, client: FlaskClient, registry: Registry
    ) -> None:
        version = registry.version()
        user = "キム".encode().decode("latin-1")
        assert activate(client, version, headers=BEARER | {"X-Forwarded-User": user}).status_code == 200
        assert client.get("/api/models/history").json[0]["by"] == "キム"

    def test_an_untrusted_client_cannot_name_a_person(self, client: FlaskClient, registry: Registry) -> None:
        stranger = {"REMOTE_ADDR": "203.0.113.7"}
        headers = BEARER | {"X-Forwarded-User": "kim", "X-Forwarded-For": "127.0.0.1"}
        assert activate(client, registry.version(), headers=headers, environ_base=stranger).status_code == 200
        assert client.get("/api/models/history").json[0]["by"] is None

    def test_pages_change_models_only_for_a_named_person(self, client: FlaskClient, registry: Registry) -> None:
        version = registry.version()
        for headers, writes in (({}, False), ({"X-Forwarded-User": "kim"}, True)):
            changed = answered(client, request("activate", version, is_confirmed=True), **headers)
            assert (client.get("/api/models/active").json["id"] == version) == writes
            assert ("could not identify you" in changed["sentence"]) != writes
        assert client.get("/api/models/history").json[0]["by"] == "kim"


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_a_read_only_clew_changes_nothing(serving: Serving, registry: Registry, number: int) -> None:
    settings = {"read_only": True, "model_name": registry.name}
    assert is_failure(write(serving(registry.tracking.address, **settings).test_client(), number), 403)


class TestWhenMlflowMisbehaves:
    @pytest.mark.parametrize(
        ("answer", "status"), [(ERROR_500, 503), (HTML, 502), (REFUSED, 502), ((200, b"{}", "application/json"), 502)]
    )
    def test_failures_of_mlflow_are_reported_in_the_contracts_form(
        self, serving: Serving, misbehaving: Misbehaving, answer: Any, status: int, registry: Registry
    ) -> None:
        client = serving(misbehaving.address, model_name=registry.name).test_client()
        misbehaving.answer = answer
        assert is_failure(client.get("/api/models"), status)
        assert is_failure(client.get("/api/models/active"), status)
        health = client.get("/api/health")
        assert health.status_code == 200
        assert health.json["model_store"]["state"] == "down"

    def test_a_service_that_hangs_holds_the_health_check_for_two_seconds(
        self, serving: Serving, misbehaving: Misbehaving, registry: Registry
    ) -> None:
        client = serving(misbehaving.address, model_name=registry.name).test_client()
        misbehaving.answer = HANG
        began = datetime.now()
        health = client.get("/api/health").json
        assert (datetime.now() - began).total_seconds() < 8
        assert {part["state"] for part in health.values()} == {"down"}
        assert health["mlflow"]["cause"]
