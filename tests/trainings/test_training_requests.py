"""Requests to the scheduler through Clew: forwarded with the user, guarded as every write, safe to repeat."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.trainings.conftest import Clew
from tests.trainings.scheduler_server import SchedulerServer

USERS = {"trusted_user_header": "X-Forwarded-User"}
ID = "0123456789abcdef"


@pytest.fixture
def server(clew: Clew) -> Flask:
    return clew(**USERS)


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    return server.test_client()


def start(client: FlaskClient, request_id: str = ID, **values: Any) -> dict[str, Any]:
    request = {"request_id": request_id, "trainer": "maze", "values": values}
    return dict(client.post("/trainings/start", json=request, headers={"X-Forwarded-User": "kim"}).json or {})


def act(client: FlaskClient, run_id: str, action: str) -> dict[str, Any]:
    answer = client.post("/trainings/actions", json={"run_id": run_id, "action": action})
    return dict(answer.json or {})


def test_a_repeated_start_request_starts_one_training_and_opens_its_page(
    client: FlaskClient, scheduler: SchedulerServer
) -> None:
    first, second = start(client, algorithm="DQN"), start(client, algorithm="DQN")
    (run_id,) = scheduler.trainings
    assert first == second == {"outcome": "done", "sentence": "The training is started.", "go": f"/training/{run_id}"}
    verb, body, headers = scheduler.received[0]
    assert (verb, body["request_id"], body["trainer"]) == ("start", ID, "maze")
    assert headers["X-Forwarded-User"] == "kim"


def test_starting_several_seeds_stays_on_the_queue(client: FlaskClient, scheduler: SchedulerServer) -> None:
    answer = start(client, seed="1-3")
    assert (answer["sentence"], answer["go"]) == ("3 trainings are in the queue.", None)
    assert len(scheduler.trainings) == 3


def test_errors_are_refused_by_their_field_without_a_request(client: FlaskClient, scheduler: SchedulerServer) -> None:
    answer = start(client, seed="--config=/etc/passwd", episodes=0)
    assert answer["outcome"] == "refused"
    assert set(answer["fields"]) == {"seed", "episodes"}
    assert scheduler.received == []


def test_each_button_requests_its_own_action(client: FlaskClient, scheduler: SchedulerServer) -> None:
    waiting = scheduler.add().run_id
    running = scheduler.add(state="training").run_id
    for action in ("first", "hold", "release"):
        assert act(client, waiting, action)["outcome"] == "done"
    assert act(client, waiting, "cancel")["sentence"] == "The training is cancelled."
    assert act(client, running, "stop")["sentence"] == "The training ends after its current episode."
    assert act(client, running, "continue")["sentence"] == "The training continues."
    assert act(client, running, "fork")["go"] == f"/training?fork={running}"
    assert [verb for verb, _body, _headers in scheduler.received] == [*["queue"] * 4, "stop", "continue"]
    assert act(client, "f" * 32, "stop")["outcome"] == "refused"
    assert client.post("/trainings/actions", json={"run_id": "../x", "action": "stop"}).status_code == 422


def test_a_fork_is_requested_with_its_parent(client: FlaskClient, scheduler: SchedulerServer) -> None:
    request = {"request_id": ID, "trainer": "maze", "values": {"algorithm": "PPO"}, "fork": "a" * 32}
    assert client.post("/trainings/start", json=request).json["outcome"] == "done"
    verb, body, _headers = scheduler.received[0]
    assert (verb, body["run_id"], body["algorithm"]) == ("fork", "a" * 32, "PPO")


def test_a_caller_that_may_not_write_gets_the_reason(clew: Clew, scheduler: SchedulerServer) -> None:
    for settings, why in (
        ({"read_only": True}, "read-only"),
        ({"api_token": "a-long-token"}, "could not identify you"),
    ):
        client = clew(**settings).test_client()
        answer = start(client)
        assert answer["outcome"] == "refused"
        assert why in answer["sentence"]
        assert why in act(client, "a" * 32, "stop")["sentence"]
        assert client.post("/api/training/start", json={}).status_code in (401, 403)
    assert scheduler.received == []


def test_the_api_forwards_requests_and_reports_what_is_wrong(client: FlaskClient, scheduler: SchedulerServer) -> None:
    started = client.post("/api/training/start", json={"trainer": "cartpole", "seed": "1-2"})
    assert started.status_code == 200
    assert len(started.json["runs"]) == 2
    run_id = started.json["run_id"]
    assert client.get(f"/api/training/runs/{run_id}").json["trainer"] == "cartpole"
    assert {one["run_id"] for one in client.get("/api/training/runs").json["trainings"]} == set(scheduler.trainings)
    assert [one["name"] for one in client.get("/api/training/trainers").json["trainers"]] == ["maze", "cartpole"]
    assert client.get(f"/api/training/runs/{run_id}/log").json["lines"] == scheduler.log
    assert client.get(f"/api/training/runs/{run_id}/log?q=second").json["lines"][0]["line"] == "second line"
    assert client.post("/api/training/stop", json={"run_id": run_id}).json["status"] == "stopping"
    assert client.post("/api/training/queue", json={"run_id": run_id, "action": "first"}).status_code == 200
    wrong = client.post("/api/training/start", json={"episodes": 0})
    assert wrong.status_code == 422
    assert wrong.json["details"].keys() == {"episodes"}
    assert client.get("/api/training/runs/" + "f" * 32).status_code == 404
    assert client.get(f"/api/training/runs/{run_id}/log?before=x").status_code == 422
    assert client.post("/api/training/stop", json={"run_id": "../../x"}).status_code == 422


@pytest.mark.parametrize("odd", [b'{"episodes": 99999999999999999999}', b'{"episodes": "\\ud800"}', b'{"\\ud800": 1}'])
def test_a_value_that_json_cannot_hold_is_refused_by_its_field(
    client: FlaskClient, scheduler: SchedulerServer, odd: bytes
) -> None:
    answer = client.post("/api/training/start", data=odd, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.json["error"]
    assert [verb for verb, _body, _headers in scheduler.received if verb == "start"] == []


def test_an_invalid_training_does_not_hide_the_others(client: FlaskClient, scheduler: SchedulerServer) -> None:
    good = scheduler.add()
    scheduler.odd = [good.model_dump(mode="json") | {"state": "dreaming"}]
    answer = client.get("/api/training/runs")
    assert [one["run_id"] for one in answer.json["trainings"]] == [good.run_id]
    assert answer.headers["X-Bad-Rows"] == "1"
    listed = client.get("/trainings/list").json
    assert "1 training from the scheduler is invalid" in str(listed["failure"])


def test_without_a_scheduler_each_route_reports_it(clew: Clew) -> None:
    client = clew(scheduler_url="http://127.0.0.1:1").test_client()
    assert client.get("/api/training/runs").status_code == 503
    answer = start(client)
    assert answer["outcome"] == "refused"
    assert answer["sentence"].startswith("Training scheduler: ")
    listed = client.get("/trainings/list").json
    assert listed["away"].startswith("Training scheduler: ")
    assert "Retrying automatically" in str(listed["failure"])


def test_the_complete_log_is_downloaded_in_pieces(client: FlaskClient, scheduler: SchedulerServer) -> None:
    run_id = scheduler.add().run_id
    scheduler.log = [f"line {number}, 日本" for number in range(2_000)]
    answer = client.get(f"/api/training/runs/{run_id}/log.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="training-{run_id[:8]}.txt"'
    assert answer.text.splitlines() == scheduler.log
    assert scheduler.pieces > 1
    assert client.get("/api/training/runs/" + "f" * 32 + "/log.txt").status_code == 404
