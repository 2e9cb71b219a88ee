"""`/runs/…`: the list page by page, its ids, its menus and its CSV, on a real MLflow."""

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.filters.grammar import Kind
from tests.api.conftest import Serving, until_listed
from tests.api.test_run_filters import logged, logged_cells
from tests.filters.cases import Case, cases
from tests.tracking import Tracking

COLUMN: dict[Kind, str] = {
    "text": "algorithm",
    "numeric": "final_reward",
    "mixed": "param:mixed",
    "datetime": "started",
}
PAIRS = {"param:lr of three": ["1e-3", "0.002", None], "param:opt: of three": ["adam", None, "1e-3"]}
NAMES = ["=cmd", '<b>,"x"', "学習 %{x}"]


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def by_kind(tracking: Tracking, client: FlaskClient) -> dict[Kind, list[str]]:
    """Logs, for each kind, an experiment whose nth run has the nth cell of the table of cases; returns the run ids."""
    ids: dict[Kind, list[str]] = {}
    for kind in COLUMN:
        experiment = tracking.experiment(f"listed-{kind}")
        ids[kind] = [tracking.run(experiment, **logged(kind, cell)) for cell in logged_cells(kind)]
    until_listed(client, [run_id for some in ids.values() for run_id in some])
    return ids


@pytest.fixture(scope="module")
def three(tracking: Tracking, client: FlaskClient) -> list[str]:
    """Logs three runs, the newest first: the last is a child of the first, and the second diverged."""
    experiment = tracking.experiment("listed, three")
    found: list[str] = []
    for number in range(3):
        params = {ref.partition(":")[2]: text for ref, values in PAIRS.items() if (text := values[number]) is not None}
        metrics: dict[str, list[float]] = {"train/loss": [2.0, (0.5, float("nan"), 0.1)[number]]}
        tags = {"mlflow.user": "ada", "mlflow.source.git.commit": "c0ffee"}
        tags |= {"mlflow.parentRunId": found[0]} if number == 2 else {}
        started = 1_790_000_000_000 - number * 60_000
        run = {"name": NAMES[number], "params": params, "metrics": metrics, "tags": tags, "started_ms": started}
        found.append(tracking.run(experiment, **run))  # type: ignore[arg-type]
    until_listed(client, found)
    return found


def rows(client: FlaskClient, **query: Any) -> Any:
    answer = client.post("/runs/rows", json={"experiment": "listed, three"} | query)
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.kind}:{case.typed}")
def test_the_list_finds_the_runs_of_each_filter_case(
    client: FlaskClient, by_kind: dict[Kind, list[str]], case: Case
) -> None:
    query = {"experiment": f"listed-{case.kind}", "filters": {COLUMN[case.kind]: case.typed}, "page_size": 100}
    found = client.post("/runs/rows", json=query).json
    listed, ids = logged_cells(case.kind), by_kind[case.kind]
    expected = {ids[row] for row, cell in enumerate(listed) if case.found is None or cell in case.found}
    assert {row["id"] for row in found["rows"]} == expected
    assert set(found["misfits"]) == ({COLUMN[case.kind]} if case.refusal else set())
    assert (
        set(client.post("/runs/ids", json={k: v for k, v in query.items() if k != "page_size"}).json["ids"]) == expected
    )


def test_the_rows_have_the_requested_columns(client: FlaskClient, three: list[str]) -> None:
    columns = [*PAIRS, "metric:train/loss", "user", "commit", "started", "nested", "diverged", "param:none such"]
    found = rows(client, columns=columns)
    assert [row["id"] for row in found["rows"]] == three
    assert found["left"] == 3
    assert found["total"] >= 3
    assert found["kinds"] == {
        **{
            "param:lr of three": "numeric",
            "param:opt: of three": "text",
            "metric:train/loss": "numeric",
            "user": "text",
        },
        **{"commit": "text", "started": "datetime", "nested": "text", "diverged": "text", "param:none such": "text"},
    }
    [first, second, third] = found["rows"]
    assert [row["param:lr of three"] for row in found["rows"]] == [0.001, 0.002, None]
    assert [row["keys"].get("param:lr of three") for row in found["rows"]] == ["1e-3", None, None]
    assert [row["param:opt: of three"] for row in found["rows"]] == ["adam", "–", "1e-3"]
    assert [row["metric:train/loss"] for row in found["rows"]] == [0.5, None, 0.1]
    assert [row["no_value"] for row in found["rows"]] == [None, {"metric:train/loss": "diverged"}, None]
    assert second["diverged"] == "diverged (NaN at step 2): train/loss"
    assert (first["user"], first["commit"], first["name"]) == ("ada", "c0ffee", "=cmd")
    assert (first["nested"], third["nested"], third["parent_id"]) == ("1 child", "in =cmd", three[0])
    assert [row["started_ms"] for row in found["rows"]] == [1_790_000_000_000 - 60_000 * number for number in range(3)]
    assert "seed" not in first


def test_pages_split_the_sorted_list(client: FlaskClient, three: list[str]) -> None:
    pages = [rows(client, page=page, page_size=2, sort=["-param:lr of three"]) for page in range(3)]
    assert [[row["id"] for row in page["rows"]] for page in pages] == [[three[1], three[0]], [three[2]], []]
    assert {page["left"] for page in pages} == {3}


def test_a_rate_is_found_by_its_shown_value_in_the_list_and_over_the_api(
    client: FlaskClient, tracking: Tracking
) -> None:
    """0.0004 is shown as 0.0 per cent."""
    experiment = tracking.experiment("listed, rates")
    ids = [tracking.run(experiment, metrics={"success_rate": [rate]}) for rate in (0.0004, 0.0006, 0.6664, 1.0)]
    until_listed(client, ids)
    for typed, over_api, expected in (
        ("<= 0.0", "<= 0", [0]),
        ("> 0", "> 0.0", [1, 2, 3]),
        ("66.6", "0.666", [2]),
        ("0.04", "0.0004", [0]),
    ):
        found = rows(client, experiment="listed, rates", filters={"success_percent": typed})["rows"]
        query = {"experiment": "listed, rates", "filter[success_rate]": over_api}
        listed = client.get("/api/runs", query_string=query).json
        assert {row["id"] for row in found} == {ids[number] for number in expected}, typed
        assert {row["run_id"] for row in listed} == {ids[number] for number in expected}, over_api


def test_children_are_listed_below_their_parent_on_request(client: FlaskClient, three: list[str]) -> None:
    found = rows(client, together=True)
    assert [row["id"] for row in found["rows"]] == [three[0], three[2], three[1]]
    assert [row.get("depth", 0) for row in found["rows"]] == [0, 1, 0]


def test_the_menus_offer_the_values_of_all_runs(client: FlaskClient, three: list[str]) -> None:
    found = rows(client, filters={"name": "none such"}, selected=[three[0], "gone"])
    assert found["rows"] == []
    assert "listed, three" in found["choices"]["experiment"]
    assert {"nested", "remarks"} <= set(found["filled"])
    assert found["gone"] == ["gone"]


def test_dates_are_in_the_viewers_time_zone(client: FlaskClient, three: list[str]) -> None:
    """1,790,000,000 is 2026-09-21 14:13:20 in UTC; a minute before it is 2026-09-21 23:12 in Tokyo."""
    typed = {"started": "2026-09-21 23:12"}
    assert rows(client, filters=typed)["left"] == 0
    assert [row["id"] for row in rows(client, filters=typed, zone="Asia/Tokyo")["rows"]] == [three[1]]


def test_the_menu_of_columns_names_all_with_the_number_of_their_runs(client: FlaskClient, three: list[str]) -> None:
    answer = client.get("/runs/columns")
    groups = {group["kind"]: dict(group["keys"]) for group in answer.json["groups"]}
    assert (groups["param"]["lr of three"], groups["param"]["opt: of three"]) == (2, 2)
    assert groups["metric"]["train/loss"] >= 3
    assert groups["tag"]["mlflow.source.git.commit"] >= 3
    assert {"id": "started", "name": "Started", "type": "datetime"} in answer.json["built_in"]
    etag = answer.headers["ETag"]
    assert client.get("/runs/columns", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/runs/columns?lang=ja", headers={"If-None-Match": etag}).status_code == 200


def csv_rows(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def test_the_csv_has_the_rows_that_pass_the_filters(client: FlaskClient, three: list[str]) -> None:
    query = {
        "experiment": "listed, three",
        "column": ["name", "param:lr of three", "param:opt: of three", "metric:train/loss", "started", "status"],
        "sort": "-name",
        "filter[metric:train/loss]": "!= 0.1",
    }
    answer = client.get("/runs/list.csv", query_string=query)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="runs.csv"'
    assert answer.is_streamed
    assert csv_rows(answer) == [
        ["name", "param:lr of three", "param:opt: of three", "metric:train/loss", "started", "status"],
        ["'=cmd", "1e-3", "adam", "0.5", "2026-09-21T14:13:20.000+00:00", "FINISHED"],
        ['<b>,"x"', "0.002", "", "NaN", "2026-09-21T14:12:20.000+00:00", "FINISHED"],
    ]
    assert len(csv_rows(client.get("/runs/list.csv?experiment=none such"))) == 1


def test_words_are_in_the_viewers_language(client: FlaskClient, three: list[str]) -> None:
    query = {"experiment": "listed, three", "columns": ["status"], "filters": {"status": "= 完了"}}
    answer = client.post("/runs/rows?lang=ja", json=query).json
    assert {row["status"] for row in answer["rows"]} == {"完了"}
    assert {row["state"] for row in answer["rows"]} == {"FINISHED"}
    assert rows(client, filters={"status": "= 完了"})["left"] == 0


ODD: list[dict[str, Any]] = [
    *({"columns": ["x" * 400]}, {"columns": ["nothing"]}, {"sort": ["param:"]}, {"filters": {"no": "x"}}),
    *({"page": -1}, {"page_size": 0}, {"page_size": 10**6}, {"unknown": 1}, {"columns": "name"}, {"zone": 5}),
    *({"columns": ["param:\ud800"] * 301}, {"page": 10**30}, {"experiment": ["x"]}, {"filters": {"name": None}}),
]


@pytest.mark.parametrize("query", ODD, ids=lambda query: json.dumps(query)[:40])
def test_invalid_input_is_reported(client: FlaskClient, query: dict[str, Any]) -> None:
    answer = client.post("/runs/rows", json=query)
    assert answer.status_code in (400, 422)
    assert answer.json["error"]
    assert answer.json["code"]


@pytest.mark.parametrize(
    "query", ["column=nothing", "sort=--name", "filter[]=x", "filter[seed]=many", "together=maybe"]
)
def test_an_invalid_csv_request_is_refused(client: FlaskClient, query: str, three: list[str]) -> None:
    answer = client.get(f"/runs/list.csv?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"columns": ["param:\xff"]}'])
def test_an_invalid_body_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/runs/rows", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert client.post("/runs/rows", data=body).status_code == 415


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x00", ""])
def test_an_unknown_time_zone_is_utc(client: FlaskClient, three: list[str], zone: str) -> None:
    assert rows(client, zone=zone, filters={"started": "2026-09-21 14:12"})["left"] == 1


def test_before_the_first_reading_the_failure_is_reported(serving: Serving) -> None:
    client = serving("http://127.0.0.1:1").test_client()
    for answer in (client.post("/runs/rows", json={}), client.get("/runs/columns"), client.get("/runs/list.csv")):
        assert answer.status_code == 503
        assert answer.json is not None
        assert "refused the connection" in answer.json["message"]
