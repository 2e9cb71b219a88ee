"""`/api/runs` by pages, in any order, with chosen columns, filtered by anything that was logged."""

from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.run_facts.run_summary import RunSummary
from tests.api.conftest import until_listed
from tests.api.test_models_api import is_failure
from tests.tracking import Tracking

RATES = ("1e-3", "0.002", "auto", None)
LOSSES = (0.5, float("nan"), 0.25, float("inf"))
EXPERIMENT = "pages, of runs"


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def runs(tracking: Tracking, client: FlaskClient) -> list[str]:
    """Logs four runs, the newest first; one of the learning rates is no number."""
    experiment = tracking.experiment(EXPERIMENT)
    ids = [
        tracking.run(
            experiment,
            name=f"run {number}",
            params={"lr of pages": rate} if rate is not None else {},
            metrics={"train/loss": [2.0, loss], "success_rate": [0.07 * number]},
            tags={"mlflow.user": ("ada", "bob")[number % 2]},
            started_ms=1_790_000_000_000 - number * 60_000,
        )
        for number, (rate, loss) in enumerate(zip(RATES, LOSSES, strict=True))
    ]
    until_listed(client, ids)
    return ids


def get_runs(client: FlaskClient, **query: Any) -> TestResponse:
    answer = client.get("/api/runs", query_string={"experiment": EXPERIMENT} | query)
    assert answer.status_code == 200, answer.json
    return answer


def found(runs: list[str], answer: TestResponse) -> list[int]:
    assert answer.json is not None
    return [runs.index(run["run_id"]) for run in answer.json]


def test_without_page_parameters_all_runs_are_returned_in_full(client: FlaskClient, runs: list[str]) -> None:
    answer = get_runs(client)
    assert found(runs, answer) == [0, 1, 2, 3]
    assert answer.json is not None
    assert set(answer.json[0]) == set(RunSummary.model_fields)
    assert (answer.headers["X-Total-Count"], "Link" in answer.headers) == ("4", False)
    assert answer.headers["X-As-Of"]


def test_each_page_links_to_the_next(client: FlaskClient, runs: list[str]) -> None:
    seen: list[int] = []
    address: str | None = "/api/runs?experiment=pages,+of+runs&page_size=3&sort=-success_rate&filter[name]=run"
    etags = set()
    while address is not None:
        answer = client.get(address)
        seen += found(runs, answer)
        etags.add(answer.headers["ETag"])
        link = answer.headers.get("Link")
        address = None if link is None else urljoin(address, link.partition("<")[2].partition(">")[0])
        assert link is None or link.endswith('; rel="next"')
    assert seen == [3, 2, 1, 0]
    assert len(etags) == 1


@pytest.mark.parametrize("page", ["1.0", "+1", " 1", "1_0"])
def test_page_numbers_are_accepted_in_other_spellings(client: FlaskClient, runs: list[str], page: str) -> None:
    """The address of the next page contains a number as well."""
    answer = client.get("/api/runs", query_string={"experiment": EXPERIMENT, "page_size": 1, "page": page})
    assert answer.status_code == 200, answer.json
    assert page == "1_0" or answer.headers["Link"].endswith('&page=2>; rel="next"')


def test_a_page_beyond_the_last_is_empty(client: FlaskClient, runs: list[str]) -> None:
    answer = get_runs(client, page=7, page_size=3)
    assert (answer.json, answer.headers["X-Total-Count"], "Link" in answer.headers) == ([], "4", False)
    assert found(runs, get_runs(client, page=0)) == [0, 1, 2, 3]
    assert get_runs(client, page=10**9, page_size=1000).json == []


def test_a_changed_run_changes_the_etag(client: FlaskClient, tracking: Tracking, runs: list[str]) -> None:
    answer = get_runs(client)
    etag = answer.headers["ETag"]
    url = f"/api/runs?experiment={EXPERIMENT}"
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    another = tracking.run(tracking.experiment())
    until_listed(client, [another])
    changed = client.get(url, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_requested_columns_have_the_logged_values(client: FlaskClient, runs: list[str]) -> None:
    columns = [
        "param:lr of pages",
        "metric:train/loss",
        "user",
        "success_rate",
        "started_at",
        "final_loss",
        "seed",
        "tag:none",
    ]
    rows = get_runs(client, column=columns).json
    assert rows is not None
    assert [set(row) for row in rows] == [{"run_id", *columns}] * 4
    assert [row["run_id"] for row in rows] == runs
    assert [row["param:lr of pages"] for row in rows] == list(RATES)
    assert [row["metric:train/loss"] for row in rows] == [0.5, "NaN", 0.25, "Infinity"]
    assert [row["final_loss"] for row in rows] == [0.5, None, 0.25, None]
    assert [row["success_rate"] for row in rows] == [0.07 * number for number in range(4)]
    assert [row["user"] for row in rows] == ["ada", "bob", "ada", "bob"]
    assert [row["seed"] for row in rows] == [row["tag:none"] for row in rows] == [None] * 4
    assert rows[0]["started_at"] == "2026-09-21T14:13:20Z"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "metric:train/loss"}, [2, 0, 1, 3]),
        ({"sort": "-metric:train/loss"}, [0, 2, 1, 3]),
        ({"sort": ["user", "-started_at"]}, [0, 2, 1, 3]),
        ({"sort": "-param:lr of pages"}, [1, 0, 2, 3]),
        ({"filter[metric:train/loss]": "< 1"}, [0, 2]),
        ({"filter[metric:train/loss]": "= –"}, [1, 3]),
        ({"filter[param:lr of pages]": "= –"}, [3]),
        ({"filter[param:lr of pages]": "AUTO or = 1e-3"}, [0, 2]),
        ({"filter[param:lr of pages]": ["< 1", "!= auto"]}, [0, 1]),
        ({"filter[tag:mlflow.user]": "= bob"}, [1, 3]),
        ({"filter[duration_seconds]": "1"}, [0, 1, 2, 3]),
        ({"filter[success_rate]": ["> 0.05", "<= 0.14"]}, [1, 2]),
        ({"filter[started_at]": "2026-09-21 14:11"}, [2]),
    ],
    ids=str,
)
def test_runs_are_sorted_and_filtered_by_any_column(
    client: FlaskClient, runs: list[str], query: dict[str, Any], expected: list[int]
) -> None:
    assert found(runs, get_runs(client, **query)) == expected


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ("column=nothing", 400, "nothing"),
        ("column=success_percent", 400, "success_percent"),
        ("sort=--name", 400, "-name"),
        ("sort=metric:", 400, "metric:"),
        ("column=" + "x" * 400, 400, "300"),
        ("filter[metric:train/loss]=many", 400, "many"),
        ("filter[nothing]=x", 400, "no such filter"),
        ("page=-1", 422, "page"),
        ("page=one", 422, "page"),
        ("page_size=0", 422, "page_size"),
        ("page_size=1001", 422, "page_size"),
        ("&".join(["column=name"] * 301), 422, "columns"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_invalid_parameters_are_reported_by_name(
    client: FlaskClient, runs: list[str], query: str, status: int, named: str
) -> None:
    answer = client.get(f"/api/runs?{query}")
    assert is_failure(answer, status)
    assert named in answer.text
