"""The queue and the history: complete, in order, of every scheduler; and the results of one training."""

import json
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tracking.runs import Run, RunStatus
from domain.trainings import tags
from domain.trainings.recorded import recorded_training
from domain.trainings.training import TrainingState
from tests.misbehaving import ERROR_500, HANG, Misbehaving, eventually
from tests.registry import Registry
from tests.tracking import Tracking
from tests.trainings.conftest import Clew
from tests.trainings.scheduler_server import SchedulerServer

NOWHERE = "http://127.0.0.1:1"
REQUEST = json.dumps(
    {"trainer": "maze", "values": {"algorithm": "PPO", "episodes": 100, "environment": "maze", "maze_size": 10}}
)


def text(part: Any) -> str:
    """Returns the visible text of a component."""
    if isinstance(part, list):
        return " ".join(map(text, part))
    return text(part["props"].get("children")) if isinstance(part, dict) else "" if part is None else str(part)


def rows(client: FlaskClient, what: str, **query: Any) -> dict[str, dict[str, str]]:
    """Returns the rows of a list by their runs, each as the texts of its cells."""
    listed = client.get("/trainings/list", query_string=query).json or {}
    return {row["key"]: {cell["label"]: text(cell["html"]) for cell in row["cells"]} for row in listed[what]}


@pytest.fixture
def server(clew: Clew, tracking: Tracking) -> Flask:
    return clew(model_name=f"trainings-{time.time_ns()}", refresh_seconds=1)


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def test_the_queue_is_in_order_with_a_reason_why_each_waits(client: FlaskClient, scheduler: SchedulerServer) -> None:
    reason = {"code": "waits-for-slot", "params": {"busy": 1, "slots": 1}}
    second = scheduler.add(name="second", place=2, reason=reason, by="kim")
    first = scheduler.add(name="first", state="held", place=1)
    progress = {"at_ms": 1, "episode": 250, "episodes": 1000, "success_rate": 0.5, "seconds_left": 90}
    running = scheduler.add(name="running", state="training", started_ms=1, progress=progress)
    by_steps = scheduler.add(state="training", started_ms=2, progress={"at_ms": 1, "steps": 16384})
    scheduler.add(name="over", state="done", ended_ms=2)
    found = rows(client, "queue")
    assert list(found) == [running.run_id, by_steps.run_id, first.run_id, second.run_id]
    assert found[by_steps.run_id]["Progress"].strip() == "16,384 steps"
    assert found[running.run_id]["Progress"].strip() == "250 of 1,000 · 50.0 % · 1 min 30 s left".replace("  ", " ")
    assert found[running.run_id]["Actions"] == "Stop"
    assert found[first.run_id]["Actions"] == "First Release Cancel"
    assert "place 2" in found[second.run_id]["State"]
    assert "1 of 1 are taken" in found[second.run_id]["State"]
    assert found[second.run_id]["Started by, since"].startswith("kim")


def test_the_first_of_a_long_queue_are_shown_and_more_on_demand(
    client: FlaskClient, scheduler: SchedulerServer
) -> None:
    waiting = [scheduler.add(place=place).run_id for place in range(1, 121)]
    assert list(rows(client, "queue")) == waiting[:50]
    assert (client.get("/trainings/list").json or {})["queue_count"] == "50 of 120"
    assert list(rows(client, "queue", most_queued=150)) == waiting
    assert (client.get("/trainings/list?most_queued=150").json or {})["queue_count"] == ""


def test_the_history_contains_every_training_once(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    group = tracking.experiment()
    known = {tags.SCHEDULER: "this", tags.REQUEST: REQUEST, tags.STATE: "done"}
    done = tracking.run(group, name="done", tags=known, metrics={"success_rate": [0.25]})
    other = tracking.run(
        group,
        name="theirs",
        status="SCHEDULED",
        tags={tags.SCHEDULER: "another", tags.HOST: "far", tags.REQUEST: REQUEST, tags.STATE: "queued"},
    )
    damaged = tracking.run(group, name="damaged", tags={tags.REQUEST: "{", tags.STATE: "dreaming"}, status="KILLED")
    plain = tracking.run(group, name="no training")
    new = scheduler.add(name="new")
    eventually(lambda: {done, other, damaged, new.run_id} <= set(rows(client, "history", most=500)))
    history, queue = rows(client, "history", most=500), rows(client, "queue")
    assert plain not in history
    assert history[done]["Success rate"] == "25.0 %"
    assert "done" in history[done]["State"]
    assert "stopped" in history[damaged]["State"]
    assert "on far, another scheduler's" in queue[other]["State"]
    assert queue[other]["Actions"] == "–"
    version = client.get("/trainings/list").json["version"]
    assert client.get("/trainings/list", query_string={"version": version}).json == {
        "version": version,
        "is_same": True,
    }
    assert client.get("/trainings/list?most=1").json["count"].startswith("1 of ")


def test_archived_trainings_are_left_out_of_the_history_once_they_are_over(
    client: FlaskClient, tracking: Tracking
) -> None:
    """But never from the queue, where it takes a place."""
    group = tracking.experiment()
    marked = {tags.REQUEST: REQUEST, tags.HOST: "far", "clew.archived": "true"}
    over = tracking.run(group, name="put away", tags=marked | {tags.STATE: "done"})
    runs_on = tracking.run(group, name="runs on", status="RUNNING", tags=marked | {tags.STATE: "training"})
    eventually(lambda: runs_on in rows(client, "history", most=500))
    assert over not in rows(client, "history", most=500)
    assert "archived" in rows(client, "queue", most_queued=500)[runs_on]["Training"]
    assert (client.get("/trainings/list").json or {})["archived"].startswith("Show archived (")
    assert "archived" in rows(client, "history", most=500, archived="true")[over]["Training"]


def test_a_training_is_read_from_its_scheduler_or_else_from_its_run(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    own = scheduler.add(state="training")
    found = one(client, own.run_id)
    assert found["is_live"]
    assert found["training"]["state"] == "training"
    theirs = tracking.run(tracking.experiment(), tags={tags.REQUEST: REQUEST, tags.HOST: "far", tags.STATE: "failed"})
    eventually(lambda: one(client, theirs)["training"])
    found = one(client, theirs)
    assert not found["is_live"]
    assert "on far" in found["note"]
    assert found["training"]["values"]["episodes"] == 100
    for nobodys in ("f" * 32, "../x"):
        eventually(lambda run_id=nobodys: not one(client, run_id)["is_there"])  # type: ignore[misc]


def one(client: FlaskClient, run_id: str) -> dict[str, Any]:
    return dict(client.get("/trainings/one", query_string={"run_id": run_id}).json or {})


def test_a_training_that_cannot_be_read_yet_is_not_called_missing(
    clew: Clew, misbehaving: Misbehaving, tracking: Tracking
) -> None:
    """The scheduler does not have it, and MLflow has not answered, or does not answer in time whether it is new."""
    theirs = tracking.run(tracking.experiment(), tags={tags.REQUEST: REQUEST, tags.STATE: "done"})
    misbehaving.answer = ERROR_500
    client = clew(mlflow_tracking_uri=misbehaving.address, refresh_seconds=1).test_client()
    found = one(client, theirs)
    assert (found["is_there"], found["training"], found["note"]) == (True, None, None)
    assert "not known yet" in found["away"]
    misbehaving.answer = None
    eventually(lambda: one(client, theirs)["training"])
    eventually(lambda: not one(client, "f" * 32)["is_there"])  # all runs are read
    new = tracking.run(tracking.experiment(), tags={tags.REQUEST: REQUEST, tags.STATE: "done"})
    misbehaving.answer = HANG
    found = one(client, new)
    assert (found["is_there"], found["training"]) == (True, None)
    assert "not known yet" in found["away"]


def test_an_ended_training_has_its_metrics_and_its_model(
    clew: Clew, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    registry = Registry(tracking, f"made-{time.time_ns()}")
    client = clew(model_name=registry.name, refresh_seconds=1).test_client()
    run_id = tracking.run(
        registry.experiment_id, tags={tags.REQUEST: REQUEST}, metrics={"success_rate": [0.9], "episode_reward": [0.5]}
    )
    scheduler.add(run_id=run_id, state="training", started_ms=1)
    assert client.get("/trainings/result", query_string={"run_id": run_id}).json == {"html": None, "is_final": False}
    scheduler.change(run_id, state="done", ended_ms=2)

    def result() -> dict[str, Any]:
        return dict(client.get("/trainings/result", query_string={"run_id": run_id}).json or {})

    eventually(lambda: result()["is_final"])
    assert "90.0 %" in text(result()["html"])
    assert "It produced no model." in text(result()["html"])
    version = registry.version(of_run=run_id)
    eventually(lambda: "Use it" in text(result()["html"]))
    assert f'"data-model": "{version}"' in json.dumps(result())
    assert '"data-change": "try"' in json.dumps(result())


def test_the_result_of_a_training_whose_run_was_deleted_is_final(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    run_id = tracking.run(tracking.experiment(), tags={tags.REQUEST: REQUEST})
    tracking.delete(run_id)
    scheduler.add(run_id=run_id, state="done", started_ms=1, ended_ms=2)
    eventually(lambda: (client.get("/trainings/result", query_string={"run_id": run_id}).json or {})["is_final"])


def test_lists_that_could_not_be_read_are_not_called_empty(clew: Clew) -> None:
    client = clew(scheduler_url=NOWHERE, mlflow_tracking_uri=NOWHERE).test_client()
    listed = client.get("/trainings/list").json
    assert (listed["queue_empty"], listed["history_empty"]) == ("Not known yet.", "Not known yet.")
    eventually(lambda: text(client.get("/trainings/list").json["failure"]).count("refused the connection") == 2)


def test_it_is_not_stated_that_a_training_made_no_model_before_the_models_were_read_since_its_end(
    clew: Clew, misbehaving: Misbehaving, tracking: Tracking
) -> None:
    registry = Registry(tracking, f"late-{time.time_ns()}")
    client = clew(mlflow_tracking_uri=misbehaving.address, model_name=registry.name, refresh_seconds=1).test_client()
    eventually(lambda: client.get("/api/models").status_code == 200)
    # Another request than that of the other tests, which count how long theirs took.
    request = json.dumps({"trainer": "cartpole", "values": {"algo": "a2c"}})
    known = {tags.REQUEST: request, tags.STATE: "done", tags.STARTED_AT: "1790000000000"}
    run_id = tracking.run(registry.experiment_id, tags=known)
    eventually(lambda: one(client, run_id)["training"])
    misbehaving.answer = HANG
    result = client.get("/trainings/result", query_string={"run_id": run_id}).json
    assert not result["is_final"]
    assert "Looking for its model…" in text(result["html"])


def test_the_estimated_time_is_the_median_of_similar_finished_trainings(
    client: FlaskClient, tracking: Tracking
) -> None:
    group = tracking.experiment()
    for seconds in (20, 30, 100):
        known = {tags.REQUEST: REQUEST, tags.STATE: "done", tags.STARTED_AT: "1790000000000"}
        run = tracking.run(group, tags=known, status="RUNNING", started_ms=1_789_999_900_000)
        tracking.end(run, ended_ms=1_790_000_000_000 + seconds * 1000)
    client.get("/trainings/list")
    request = {"trainer": "maze", "values": {"algorithm": "PPO", "episodes": 200}}

    def summary() -> str:
        return str((client.post("/trainings/check", json=request).json or {})["summary"])

    eventually(lambda: "Takes about 1 min 00 s each, based on 3 similar finished runs." in summary())


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from([value for name, value in vars(tags).items() if name.isupper()]),
        st.text(max_size=20) | st.integers().map(str) | st.sampled_from([*TrainingState, REQUEST, '{"code": "held"}']),
    ),
    st.sampled_from(RunStatus),
)
def test_arbitrary_training_tags_cause_no_failure(written: dict[str, str], status: RunStatus) -> None:
    run = Run(
        run_id="a", name="", experiment_id="1", experiment="e", status=status, started_at=None, ended_at=None,
        params={}, metrics={}, tags=written,
    )  # fmt: skip
    found = recorded_training(run)
    assert (found is None) == (tags.REQUEST not in written)
    assert (
        found is None or run.is_over == (found.state in ("done", "failed", "killed")) or found.state in written.values()
    )
