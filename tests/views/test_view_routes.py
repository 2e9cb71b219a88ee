"""/views, /links and /api/views over HTTP: who may write, odd requests, and the answers that a page gets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from domain.views.addresses import hash_of
from domain.views.views import LONGEST_NAME
from services.connect import connect
from settings.settings import Settings
from tests.misbehaving import ERROR_500, HANG, HTML, WRONG_TYPES, Answer, Misbehaving, eventually
from tests.patient import PatientSettings
from tests.tracking import Tracking

ID = "0123456789abcdef"
SAVE = {"verb": "save", "id": ID, "name": "one", "query": "runs=a"}
KNOWN = {"api_token": "a-long-enough-token", "trusted_user_header": "X-Forwarded-User"}
Clew = Callable[..., FlaskClient]


@pytest.fixture
def clew(misbehaving: Misbehaving, without_views: Tracking, tmp_path: Path) -> Clew:
    def clew(*, is_patient: bool = True, **settings: Any) -> FlaskClient:
        values = (PatientSettings if is_patient else Settings)(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=misbehaving.address,
            cache_dir=tmp_path,
            refresh_seconds=60,
            **settings,
        )
        client: FlaskClient = create_app(values, connect(values)).server.test_client()
        return client

    return clew


def test_a_view_is_saved_listed_and_returned_to_programs(clew: Clew) -> None:
    client = clew()
    answer = client.post("/views?lang=ja", json=SAVE | {"query": "?runs=a&experiment=x&lang=ja"}).json
    assert answer["outcome"] == "done"
    assert "保存" in answer["sentence"]
    [row] = client.get("/views?lang=ja&embed=1").json["views"]
    assert (row["name"], row["href"]) == ("one", f"/mlflow?view={ID}&lang=ja&embed=1")
    client.post("/views", json={"verb": "set_default", "id": ID, "experiment": "y"})
    listed = client.get("/api/views")
    assert listed.json == [
        {
            "id": ID,
            "name": "one",
            "by": None,
            "saved_at": listed.json[0]["saved_at"],
            "experiment": "x",
            "opens": ["y"],
            "query": "runs=a&experiment=x",
            "v": None,
        }
    ]
    assert "X-As-Of" in listed.headers


def test_a_confirmation_question_contains_the_confirmed_request(clew: Clew) -> None:
    client = clew()
    saved = client.post("/views", json=SAVE).json
    question = client.post("/views", json=SAVE | {"id": "f" * 16, "query": "runs=b"}).json
    assert question["outcome"] == "asked"
    assert client.post("/views", json=question["then"]).json["outcome"] == "done"
    question = client.post("/views", json={"verb": "delete", "id": ID, "revision": saved["revision"]}).json
    assert question["outcome"] == "refused"  # it was overwritten
    eventually(lambda: client.get("/views").json["views"])  # none before the first answer of a slow MLflow
    [view] = client.get("/views").json["views"]
    question = client.post("/views", json={"verb": "delete", "id": ID, "revision": view["revision"]}).json
    assert question["question"]["facts"][0]["text"] == "one"
    assert client.post("/views", json=question["then"]).json["outcome"] == "done"
    assert client.get("/views").json["views"] == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"read_only": True}, "changes nothing"), (KNOWN, "could not identify you")],
    ids=["read-only", "not-known"],
)
def test_a_person_who_may_not_write_is_refused_and_can_still_read(
    clew: Clew, settings: dict[str, Any], sentence: str
) -> None:
    clew().post("/views", json=SAVE)
    client = clew(**settings)
    answer = client.post("/views", json=SAVE | {"id": "f" * 16, "name": "two"}).json
    assert answer["outcome"] == "refused"
    assert sentence in answer["sentence"]
    link = client.post("/links", json={"query": "runs=a"}).json
    assert link["v"] is None
    assert sentence in link["sentence"]
    listed = client.get("/views").json
    assert [view["name"] for view in listed["views"]] == ["one"]
    assert sentence in listed["refused"]


def test_the_author_is_the_person_that_the_proxy_names(clew: Clew) -> None:
    client = clew(**KNOWN)
    answer = client.post("/views", json=SAVE, headers={"X-Forwarded-User": "金"}).json
    assert answer["outcome"] == "done"
    assert client.get("/api/views").json[0]["by"] == "金"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "no id"},
        {"name": ""},
        {"name": " \u3000 "},
        {"name": "\u200b"},
        {"name": "n" * (LONGEST_NAME + 1)},
        {"name": None},
        {"query": None},
        {"query": "a" * 200_001},
        {"query": ["a"]},
        {"verb": "burn"},
        {"verb": "rename"},
        {"verb": "set_default", "experiment": ""},
        {"more": 1},
    ],
    ids=range(13),
)
def test_an_invalid_request_is_refused(clew: Clew, change: dict[str, Any]) -> None:
    answer = clew().post("/views", json=SAVE | change)
    assert answer.status_code == 422
    assert answer.json["details"]


@pytest.mark.parametrize("path", ["/views", "/links"])
def test_invalid_or_foreign_json_requests_are_refused(clew: Clew, path: str) -> None:
    client = clew()
    assert client.post(path, data="runs=a").status_code == 415
    assert client.post(path, data=b'{"query": "\\ud800"}', content_type="application/json").status_code == 422
    assert client.post(path, data=b"{" * 2**21, content_type="application/json").status_code == 413
    assert client.post(path, json={}, headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_long_address_gets_the_same_short_form_from_every_worker(clew: Clew) -> None:
    query = "runs=" + ",".join(f"{number:032x}" for number in range(1000))
    for client in (clew(), clew()):
        assert client.post("/links", json={"query": query + "&lang=ja"}).json == {"v": hash_of(query)}


@pytest.mark.parametrize("answer", [ERROR_500, HTML, WRONG_TYPES, HANG], ids=["500", "html", "types", "hang"])
def test_a_failing_mlflow_is_reported_and_known_views_are_kept(
    clew: Clew, misbehaving: Misbehaving, answer: Answer | str
) -> None:
    client = clew(is_patient=answer is not HANG)
    assert client.post("/views", json=SAVE).json["outcome"] == "done"
    eventually(lambda: [view["name"] for view in client.get("/views").json["views"]] == ["one"])
    misbehaving.answer = answer
    listed = client.get("/views").json
    assert [view["name"] for view in listed["views"]] == ["one"]
    if answer is not HANG:  # the others are reported at once
        assert "MLflow" in listed["notes"][0]
        assert client.post("/views", json=SAVE | {"id": "f" * 16}).json["outcome"] in ("refused", "not_known")
        assert client.post("/links", json={"query": "runs=b"}).json["v"] is None
    assert client.get("/api/views").status_code == 200
