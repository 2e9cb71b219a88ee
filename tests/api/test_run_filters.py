"""`/api/runs?filter[…]=…` finds what the run list finds, and reports terms that it does not understand."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.run_lists.columns import FIELDS
from domain.filters.grammar import Kind
from domain.filters.terms import Cell
from domain.run_facts.run_summary import RunSummary
from tests.api.conftest import Serving, until_listed
from tests.api.test_models_api import is_failure
from tests.filters.cases import Case, cases, cells
from tests.tracking import Tracking

# Each run of MLflow has a name; only a parameter can be missing.
FIELD: dict[Kind, str] = {
    "text": "algorithm",
    "numeric": "final_reward",
    "mixed": "param:mixed",
    "datetime": "started_at",
}


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def runs(tracking: Tracking, client: FlaskClient) -> dict[Kind, list[str]]:
    """Logs, for each kind, an experiment whose nth run has the nth cell of the table of cases; returns the run ids."""
    ids: dict[Kind, list[str]] = {}
    for kind in FIELD:
        experiment = tracking.experiment(f"filter-{kind}")
        ids[kind] = [tracking.run(experiment, **logged(kind, cell)) for cell in logged_cells(kind)]
    until_listed(client, [run_id for some in ids.values() for run_id in some])
    return ids


def logged_cells(kind: Kind) -> list[Cell]:
    """Returns the cells that MLflow can hold: each run has a start, so no date is missing."""
    return [cell for cell in cells(kind) if kind != "datetime" or cell is not None]


def logged(kind: Kind, cell: Cell) -> dict[str, Any]:
    if cell is None:
        return {}
    if kind == "text":
        return {"params": {"algorithm": str(cell)}}
    if kind == "numeric":
        return {"metrics": {"episode_reward": [float(cell)]}}
    if kind == "mixed":
        return {"params": {"mixed": str(cell)}}
    moment = datetime.strptime(str(cell), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return {"started_ms": round(moment.timestamp() * 1000)}


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.kind}:{case.typed}")
def test_the_api_finds_the_runs_of_each_filter_case(
    client: FlaskClient, runs: dict[Kind, list[str]], case: Case
) -> None:
    parameter = f"filter[{FIELD[case.kind]}]"
    answer = client.get("/api/runs", query_string={"experiment": f"filter-{case.kind}", parameter: case.typed})
    if case.refusal is not None:
        assert is_failure(answer, 400)
        assert answer.json["code"] == "filters-misunderstood"
        assert answer.json["params"]["fields"] == {parameter: case.refusal}
        assert list(answer.json["details"]) == [parameter]
    else:
        found = {runs[case.kind].index(run["run_id"]) for run in answer.json}
        values = logged_cells(case.kind)
        assert [values[row] for row in sorted(found)] == [cell for cell in case.found or [] if cell in values]


def test_several_filters_combine(client: FlaskClient, runs: dict[Kind, list[str]]) -> None:
    def found(query: str) -> list[str]:
        return [run["algorithm"] for run in client.get(f"/api/runs?experiment=filter-text&{query}").json]

    assert sorted(found("filter[algorithm]=ppo&filter[algorithm]=v2")) == ["PPO (v2)"]
    assert found("filter[algorithm]=ppo&filter[final_reward]=5") == []
    assert found("filter[experiment]=TEXT&filter[algorithm]=%3D+x&filter[status]=finished") == ["x"]
    assert len(found("filter[algorithm]=")) == len(cells("text"))


def test_each_invalid_filter_is_reported(client: FlaskClient, runs: dict[Kind, list[str]]) -> None:
    query = "filter[seed]=many&filter[reward]=5&filter=x&filter[]=&filter[started_at]=soon&filter[name]=fine"
    answer = client.get(f"/api/runs?{query}")
    assert is_failure(answer, 400)
    assert answer.json["details"] == {
        "filter[seed]": "“many” is not a number.",
        "filter[reward]": "there is no such filter",
        "filter": "there is no such filter",
        "filter[]": "there is no such filter",
        "filter[started_at]": "“soon” is not a date such as 2026-11 or 2026-11-20 18:05.",
    }


def test_an_invalid_filter_is_reported_also_while_mlflow_is_away(serving: Serving) -> None:
    client = serving("http://127.0.0.1:1").test_client()
    assert is_failure(client.get("/api/runs?filter[seed]=many"), 400)
    assert is_failure(client.get("/api/runs?filter[seed]=5"), 503)


def test_each_filter_field_is_a_field_of_a_run() -> None:
    of_columns = {"ended_at", "user", "source", "commit"}
    assert set(FIELDS) - of_columns <= set(RunSummary.model_fields)
