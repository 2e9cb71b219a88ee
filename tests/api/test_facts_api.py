"""A run as JSON, how it differs from another one, and the parts of its page; hostile requests are refused."""

import math
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import Serving, until_listed
from tests.api.test_models_api import is_failure
from tests.misbehaving import HTML, Misbehaving, eventually
from tests.tracking import Tracking

MISSING_RUN = "f" * 32


@pytest.fixture(scope="module")
def client(serving: Serving, tracking: Tracking) -> FlaskClient:
    server: Flask = serving(tracking.address, model_names="facts-api", commit_url="https://git/r/commit/{commit}")
    return server.test_client()


@pytest.fixture(scope="module")
def runs(tracking: Tracking, client: FlaskClient) -> list[str]:
    """Logs three runs, one after the other; the last one is a child of the second."""
    experiment, commits = tracking.experiment(), ("a" * 40, "b" * 40)
    made = [
        tracking.run(
            experiment,
            name=f"facts-{n}",
            params={"lr": "1e-3" if n else "0.001", "net": str([64, 64 + n])},
            metrics={"loss": [2.0, math.nan if n else 1.0]},
            tags={"mlflow.source.git.commit": commit, "team": f"t{n}"},
            started_ms=1_700_000_000_000 + n,
        )
        for n, commit in enumerate(commits)
    ]
    child = tracking.run(experiment, tags={"mlflow.parentRunId": made[1]}, started_ms=1_700_000_000_002)
    tracking.artifact(made[1], "deep/notes.txt", b"x")
    dataset = {"name": "mazes", "digest": "d1", "source_type": "local", "source": "{}"}
    tracking.post("runs/log-inputs", {"run_id": made[1], "datasets": [{"dataset": dataset}]})
    tracking.post("registered-models/create", {"name": "facts-api"})
    source = f"mlflow-artifacts:/{experiment}/{made[1]}/artifacts/m"
    tracking.post("model-versions/create", {"name": "facts-api", "source": source, "run_id": made[1]})
    until_listed(client, [*made, child])
    return [*made, child]


def _whole(client: FlaskClient, run_id: str) -> Any:
    return client.get(f"/api/runs/{run_id}/facts.json").json


def test_a_run_is_returned_with_all_its_facts(client: FlaskClient, runs: list[str]) -> None:
    # The list of models may not have been read yet; the answer then reports that.
    eventually(lambda: _whole(client, runs[1])["missing"] == {})
    facts = _whole(client, runs[1])
    assert (facts["tags"]["team"], facts["params"]["lr"]) == ("t1", "1e-3")
    assert facts["origin"]["commit"] == "b" * 40
    assert facts["metrics"]["loss"]["value"] == "NaN"
    assert facts["bounds"]["loss"] == {"least": 2.0, "greatest": 2.0, "points": 2}
    assert [child["run_id"] for child in facts["children"]] == [runs[2]]
    assert [(model["name"], model["state"]) for model in facts["models"]] == [("facts-api", "inactive")]
    assert [one["name"] for one in facts["datasets"]] == ["mazes"]
    assert [file["path"] for file in facts["artifacts"]] == ["deep", "deep/notes.txt"]


def test_a_run_is_compared_with_the_previous_the_parent_or_a_chosen_run(client: FlaskClient, runs: list[str]) -> None:
    usual = client.get(f"/api/runs/{runs[1]}/differences").json
    assert [run["run_id"] for run in usual["runs"]] == [runs[0], runs[1]]
    assert [row["key"] for row in usual["parameters"]["rows"]] == ["net[1]"]
    assert [row["key"] for row in usual["parameters"]["rewritten"]] == ["lr"]
    [loss] = usual["metrics"]
    assert loss["cells"][1] == {"value": "NaN", "difference": None, "share": None, "verdict": "worse"}
    of_child = client.get(f"/api/runs/{runs[2]}/differences").json
    assert of_child["runs"][0]["run_id"] == runs[1]
    compared = client.get(f"/api/runs/{runs[2]}/differences?against={runs[0]}").json
    assert compared["runs"][0]["run_id"] == runs[0]
    assert is_failure(client.get(f"/api/runs/{runs[0]}/differences"), 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/api/runs/{MISSING_RUN}/facts.json", 404),
        ("/api/runs/..%2F/facts.json", 404),
        (f"/api/runs/{'%F0%9F%92%A9' * 20}/differences", 404),
        (f"/runs/facts?run={MISSING_RUN}&part=secrets", 422),
        (f"/runs/facts?run={MISSING_RUN}&part=tags&most=0", 422),
        (f"/runs/facts?part=tags&q={'x' * 501}", 422),
        ("/runs/changes?runs=", 422),
        ("/runs/changes?runs=..,%2F", 422),
        ("/runs/named?run=x", 422),
        ("/runs/report.html", 422),
        ("/runs/report.html?runs=a%20b", 422),
    ],
)
def test_invalid_parameters_are_refused_in_a_sentence(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert {"error", "details", "code", "params"} <= set(answer.json)
    assert answer.json["error"]


@pytest.mark.parametrize(
    "path",
    [f"/runs/facts?run={MISSING_RUN}&part=parameters", "/runs/facts?run=x%00&part=tags", "/runs/changes?run=%20"],
)
def test_a_missing_run_is_reported_in_place_of_the_part(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json["status"]) == (200, 404)
    assert answer.json["problem"]


def test_a_typed_name_matches_one_several_or_no_runs(client: FlaskClient, runs: list[str]) -> None:
    several = client.get(f"/runs/changes?{urlencode({'run': runs[2], 'against': 'facts-'})}").json
    assert several["against"] is None
    assert {runs[0], runs[1]} <= {word for word in str(several["body"]).split("'")}
    one = client.get(f"/runs/changes?{urlencode({'run': runs[1], 'against': 'FACTS-0'})}").json
    assert one["against"] == [runs[0], "facts-0"]
    first = client.get(f"/runs/changes?{urlencode({'run': runs[0]})}").json
    assert f"Run {runs[0]} has no parent run and is the first of its experiment" in str(first["body"])
    none = client.get(f"/runs/changes?{urlencode({'run': runs[1], 'against': '<script>'})}").json
    assert (none["against"], none["rows"]) == (None, 0)
    assert [row[0] for row in client.get(f"/runs/named?run={runs[0]}&q={runs[1][:8]}").json["runs"]] == [runs[1]]


def test_unreadable_facts_are_named_and_the_others_returned(
    serving: Serving, misbehaving: Misbehaving, runs: list[str]
) -> None:
    client = serving(misbehaving.address, model_names="facts-api").test_client()
    eventually(lambda: _whole(client, runs[1])["missing"] == {})
    misbehaving.answer = HTML
    other = client.get(f"/api/runs/{runs[0]}/facts.json").json
    assert set(other["missing"]) == {"datasets", "artifacts"}
    assert (other["datasets"], other["artifacts"], other["params"]["lr"]) == (None, None, "0.001")
    answer = client.get(f"/runs/facts?run={runs[0]}&part=datasets")
    assert (answer.status_code, answer.json["status"]) == (200, 502)
