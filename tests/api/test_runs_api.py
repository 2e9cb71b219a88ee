"""/api/runs and /api/health: the runs as the pages show them, and what is reported when MLflow is away."""

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.health import State
from domain.run_facts.run_summary import RunSummary
from services.connect import connect
from settings.settings import Settings
from tests.api.conftest import Serving, until_listed
from tests.api.test_models_api import is_failure
from tests.misbehaving import HANG, HTML, Misbehaving, eventually
from tests.registry import Registry
from tests.tracking import Tracking

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def runs(tracking: Tracking) -> list[str]:
    """Logs two runs of an experiment named `api`; the second one's loss is NaN."""
    experiment = tracking.experiment("api")
    return [
        tracking.run(experiment, name=f"run-{n}", params={"algorithm": "ppo"}, metrics={"train/loss": [2.0, loss]})
        for n, loss in enumerate((0.5, float("nan")))
    ]


def test_a_run_is_returned_as_soon_as_it_is_requested(client: FlaskClient, runs: list[str]) -> None:
    run = client.get(f"/api/runs/{runs[0]}").json
    assert set(run) == {*RunSummary.model_fields, "ended_at", "params", "metrics"}
    assert (run["name"], run["algorithm"], run["success_rate"]) == ("run-0", "ppo", None)
    assert run["metrics"]["train/loss"]["value"] == 0.5
    assert client.get(f"/api/runs/{runs[1]}").json["metrics"]["train/loss"]["value"] == "NaN"


@pytest.mark.parametrize(("value", "named"), [("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity")])
@pytest.mark.parametrize("key", ["train/loss", "rollout/ep_rew_mean", "success_rate", "eval/mean_reward"])
def test_a_divergence_is_reported_with_its_value_and_step(
    client: FlaskClient, tracking: Tracking, key: str, value: str, named: str
) -> None:
    experiment = f"api-{key}-{value}"
    run_id = tracking.run(tracking.experiment(experiment), metrics={key: [0.5, 0.25, float(value), float(value)]})
    exact = {key: {"value": named, "step": 3, "is_first": True}}
    one = client.get(f"/api/runs/{run_id}").json
    assert (one["diverged"], one["success_rate"], one["final_reward"], one["final_loss"]) == (exact, None, None, None)
    assert [run["diverged"] for run in client.get(f"/api/runs/compare?runs={run_id}").json["runs"]] == [exact]
    latest = {key: {"value": named, "step": 4, "is_first": False}}

    def is_listed() -> bool:  # a reading under way may have met the run before its numbers
        listed = client.get("/api/runs", query_string={"experiment": experiment}).json
        return [run["diverged"] for run in listed] == [latest]

    eventually(is_listed)


@pytest.mark.parametrize(
    ("key", "rate"), [("success_rate", 87.0), ("eval/success_rate", -0.5), ("eval/pc_success", 870)]
)
def test_a_rate_out_of_range_is_shown_as_logged(client: FlaskClient, tracking: Tracking, key: str, rate: float) -> None:
    run_id = tracking.run(tracking.experiment(), metrics={key: [rate]})
    one = client.get(f"/api/runs/{run_id}").json
    assert (one["out_of_range"], one["success_rate"], one["diverged"]) == ({key: rate}, None, {})


def test_all_runs_or_those_of_one_experiment_are_returned(client: FlaskClient, runs: list[str]) -> None:
    until_listed(client, runs)
    everything = client.get("/api/runs")
    assert "X-As-Of" in everything.headers
    assert {run["run_id"] for run in everything.json} >= set(runs)
    assert {run["run_id"] for run in client.get("/api/runs?experiment=api").json} == set(runs)
    assert client.get("/api/runs?experiment=%ff").json == []


def test_a_comparison_keeps_the_requested_order_and_names_missing_runs(client: FlaskClient, runs: list[str]) -> None:
    requested_ids = ",".join([runs[1], "f" * 32, runs[0], runs[1]])
    answer = client.get(f"/api/runs/compare?runs={requested_ids}").json
    assert [run["run_id"] for run in answer["runs"]] == [runs[1], runs[0]]
    assert answer["missing"] == ["f" * 32]
    assert [run["final_loss"] for run in answer["runs"]] == [None, 0.5]


@pytest.mark.parametrize("query", ["", "?runs=", "?runs=,", "?runs=../x", "?runs=a,%00", "?run=a"])
def test_a_comparison_without_valid_run_ids_is_a_422(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/runs/compare{query}")
    assert is_failure(answer, 422)
    assert list(answer.json["details"]) == ["runs"]


@pytest.mark.parametrize("run_id", ["f" * 32, "..", "%00", "x" * 10_000, "%F0%9F%A4%96", "%ff"])
def test_an_unknown_run_id_is_a_404(client: FlaskClient, run_id: str) -> None:
    assert is_failure(client.get(f"/api/runs/{run_id}"), 404)


def test_a_new_run_is_a_503_and_no_404_while_mlflow_hangs(
    serving: Serving, misbehaving: Misbehaving, tracking: Tracking, runs: list[str]
) -> None:
    """The inference engine would else play it in another maze than the one of its training."""
    client = serving(misbehaving.address).test_client()
    eventually(lambda: client.get(f"/api/runs/{runs[0]}").status_code == 200)
    new = tracking.run(tracking.experiment())
    misbehaving.answer = HANG
    for path in (f"/api/runs/{new}", f"/api/runs/{new}/metrics", f"/api/runs/compare?runs={runs[0]},{new}"):
        assert client.get(path).status_code == 503, path
    misbehaving.answer = None
    eventually(lambda: client.get(f"/api/runs/{new}").status_code == 200)


@pytest.mark.parametrize("path", ["/api/runs", "/api/runs/abc", "/api/runs/compare?runs=abc"])
def test_runs_are_a_503_until_mlflow_has_answered_once(serving: Serving, path: str) -> None:
    answer = serving(NOWHERE).test_client().get(path)
    assert is_failure(answer, 503)
    assert "refused the connection" in answer.json["error"]


def test_health_names_each_dependency(client: FlaskClient, serving: Serving, runs: list[str]) -> None:
    until_listed(client)
    health = client.get("/api/health").json
    assert set(health) == {"mlflow", "model_store"}
    assert all(
        set(part) == {"state", "latency_ms", "age_seconds", "cause", "code", "params"} for part in health.values()
    )
    assert {part["state"] for part in health.values()} == {"ok"}
    assert 0 <= health["mlflow"]["age_seconds"] < 60
    away = serving(NOWHERE).test_client().get("/api/health")
    assert away.status_code == 200
    assert [part["state"] for part in away.json.values()] == ["down", "down"]
    assert away.json["mlflow"]["age_seconds"] is None
    assert "refused the connection" in away.json["mlflow"]["cause"]


def test_health_recovers_after_a_failure_while_no_page_is_open(misbehaving: Misbehaving, cache_dir: Path) -> None:
    values = {"mlflow_tracking_uri": misbehaving.address, "cache_dir": cache_dir, "refresh_seconds": 1}
    services = connect(Settings(_env_file=None, **values))  # type: ignore[call-arg,arg-type]
    misbehaving.answer = HTML
    assert services.runs.first_view(10).failure
    assert services.model_views.view(10).failure
    misbehaving.answer = None
    checks = services.health_checks
    report = checks.now()
    for part in (report.mlflow, report.model_store):
        assert (part.state, "the last refresh failed" in (part.cause or "")) == (State.DEGRADED, True)
    eventually(lambda: {part.state for part in (checks.now().mlflow, checks.now().model_store)} == {State.OK})


def test_health_lists_a_separate_model_server(serving: Serving, registry: Registry) -> None:
    client = serving(registry.tracking.address, model_server_url=NOWHERE).test_client()

    def states() -> tuple[str, str]:
        health = client.get("/api/health").json
        return health["mlflow"]["state"], health["model_store"]["state"]

    eventually(lambda: states() == ("ok", "down"))  # a slow machine may need longer than a check waits for MLflow
    assert is_failure(client.get("/api/models"), 503)
    until_listed(client)


def test_impossible_times_are_null(client: FlaskClient, tracking: Tracking) -> None:
    experiment, now = tracking.experiment("odd clocks"), int(time.time() * 1000)
    parent = tracking.run(experiment, name="parent")
    odd = {
        "backwards": (now, now - 86_400_000),
        "seconds": (now // 1000 - 60, now // 1000),
        "nanoseconds": (now * 10**6, now * 10**6 + 1),
        "ahead": (now, now + 10 * 365 * 86_400_000),
    }
    ids = {}
    for name, (start, end) in odd.items():
        tags = {"mlflow.parentRunId": parent}
        ids[name] = tracking.run(experiment, name=name, started_ms=start, status="RUNNING", tags=tags)
        tracking.end(ids[name], "FINISHED", end)
    for name, run_id in ids.items():
        run = client.get(f"/api/runs/{run_id}").json
        assert (run["name"], run["duration_seconds"], run["parent_id"]) == (name, None, parent)
        assert (run["started_at"] is None) == (name in ("seconds", "nanoseconds"))
        assert (run["ended_at"] is None) == (name != "backwards")


def test_a_64_bit_step_is_returned_exactly(client: FlaskClient, tracking: Tracking) -> None:
    step = 2**63 - 1
    run_id = tracking.run(tracking.experiment("far steps"))
    point = {"key": "episode_reward", "value": 1, "step": step, "timestamp": int(time.time() * 1000)}
    tracking.post("runs/log-batch", {"run_id": run_id, "metrics": [point]})
    run = client.get(f"/api/runs/{run_id}").json
    assert run["metrics"]["episode_reward"]["step"] == step
    assert run["episodes"] is None
