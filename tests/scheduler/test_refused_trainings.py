"""Refused requests: with a sentence, a field and a 4xx, and nothing is started."""

import contextlib
import http.client
import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gpus.monitor import handshake, status
from tests.scheduler.conftest import Start, bare_environment
from tests.scheduler.service import ROOT, Service
from tests.tracking import Tracking

PPO = {"algorithm": "PPO"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"episodes": 0}, "episodes"),
        ({"episodes": 10_001}, "episodes"),
        ({"episodes": "many"}, "episodes"),
        ({"episodes": True}, "episodes"),
        ({"episodes": None}, "episodes"),
        ({"episodes": [1]}, "episodes"),
        ({"maze_size": 4}, "maze_size"),
        ({"steps_per_episode": 99}, "steps_per_episode"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"algorithm": "A2C"}, "algorithm"),
        ({"algorithm": {"a": 1}}, "algorithm"),
        ({"seed": "1-1000"}, "seed"),
        ({"seed": "--config=/etc/passwd"}, "seed"),
        ({"net_arch": "../../etc"}, "net_arch"),
        ({"no_such_field": 1}, "no_such_field"),
        ({"trainer": "sleeper", "word": "--config=/etc/passwd"}, "word"),
        ({"trainer": "sleeper", "word": "../secrets"}, "word"),
        ({"trainer": "sleeper", "word": "two\nlines"}, "word"),
        ({"trainer": "sleeper", "word": ""}, "word"),
    ],
)
def test_a_wrong_field_is_named(service: Service, body: dict[str, Any], field: str) -> None:
    before = len(service.trainings())
    answer = service.post("start", 422, **body)
    assert answer["code"] == "training-refused"
    assert list(answer["details"]) == [field]
    assert len(answer["details"][field]) > 10
    assert len(service.trainings()) == before


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
)


@given(
    body=st.dictionaries(
        st.sampled_from(["episodes", "maze_size", "gamma", "seed", "x", "self", "net_arch", "trainer"]),
        values,
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=40)
def test_any_generated_request_is_refused_with_its_wrong_fields(service: Service, body: dict[str, Any]) -> None:
    """T1. `no_such_field` keeps a valid request from starting anything."""
    code, answer = service.call("POST", "/api/training/start", body | {"no_such_field": 1})
    assert code in (400, 422)
    if code == 422:
        wrong = "trainer" if answer["code"] == "contract-misfit" else "no_such_field"
        assert wrong in answer["details"]
        assert all(answer["details"].values())
    else:
        assert answer["code"] == "trainer-unknown"


@pytest.mark.parametrize(
    ("content", "kind", "code", "name"),
    [
        (b"{", "application/json", 400, "body-not-json"),
        (b"[1]", "application/json", 422, "contract-misfit"),
        (b"", "application/json", 400, "body-not-json"),
        (b"episodes=1", "application/x-www-form-urlencoded", 415, "not-sent-as-json"),
        (b"{}", "text/plain", 415, "not-sent-as-json"),
        (b'{"x": "' + b"x" * 10 * 2**20 + b'"}', "application/json", 413, "request-too-long"),
    ],
)
def test_a_malformed_request_is_refused(service: Service, content: bytes, kind: str, code: int, name: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer came before all was sent
        connection.request("POST", "/api/training/start", content, {"Content-Type": kind})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert (answer.status, body["code"]) == (code, name)
    assert body["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "name"),
    [
        ("POST", "start", {"trainer": "nobody"}, 400, "trainer-unknown"),
        ("POST", "start", {"trainer": 7}, 422, "contract-misfit"),
        ("POST", "start", {"request_id": "x"}, 422, "contract-misfit"),
        ("POST", "stop", {"run_id": "nobodys"}, 404, "no-such-training"),
        ("POST", "stop", {"run_id": "../../etc"}, 422, "contract-misfit"),
        ("POST", "stop", {"run_id": 7}, 422, "contract-misfit"),
        ("POST", "stop", {}, 422, "contract-misfit"),
        ("POST", "stop", {"run_id": "nobodys", "seconds": 1}, 422, "contract-misfit"),
        ("POST", "continue", {"run_id": "nobodys"}, 404, "no-such-training"),
        ("POST", "fork", {"run_id": "nobodys"}, 404, "no-such-training"),
        ("POST", "queue", {"run_id": "nobodys", "action": "first"}, 404, "no-such-training"),
        ("POST", "queue", {"run_id": "nobodys", "action": "dance"}, 422, "contract-misfit"),
        ("GET", "runs/nobodys", None, 404, "no-such-training"),
        ("GET", "runs/nobodys/log", None, 404, "no-such-training"),
        ("GET", "runs/nobodys/log?lines=1001", None, 422, "contract-misfit"),
        ("GET", "runs/nobodys/log.txt", None, 404, "no-such-training"),
        ("GET", "runs/nobodys/log.txt?from=-1", None, 422, "contract-misfit"),
        ("GET", "elsewhere", None, 404, "no-such-address"),
        ("DELETE", "runs", None, 405, "method-not-taken"),
    ],
)
def test_a_missing_training_is_reported_as_missing(
    service: Service, method: str, path: str, body: object, code: int, name: str
) -> None:
    found, answer = service.call(method, f"/api/training/{path}", body)
    assert (found, answer["code"]) == (code, name)
    assert answer["error"]


def test_a_page_of_another_site_is_refused(service: Service) -> None:
    foreign = {"Origin": "https://evil.example.com"}
    assert service.call("POST", "/api/training/start", PPO, foreign)[0] == 403
    run_id = service.start(trainer="sleeper")
    with handshake(service.port, f"/ws/training/{run_id}", Origin="https://evil.example.com") as connection:
        assert status(connection)[0] == 403
    with handshake(service.port, "/ws/training/nobodys") as connection:
        assert status(connection)[0] == 404


def test_a_deleted_experiment_is_named_and_nothing_is_started(service: Service, tracking: Tracking) -> None:
    word = uuid.uuid4().hex
    experiment = tracking.experiment(f"tests-{word}")
    tracking.post("experiments/delete", {"experiment_id": experiment})
    answer = service.post("start", 409, trainer="sleeper", word=word)
    assert (answer["code"], answer["params"]["name"]) == ("experiment-deleted", f"tests-{word}")


def test_starting_a_training_needs_write_access(start: Start) -> None:
    guarded = start(API_TOKEN="a-long-token", TRUSTED_USER_HEADER="X-Forwarded-User")
    assert guarded.call("POST", "/api/training/start", {"trainer": "sleeper"})[0] == 401
    headers = {"X-Clew-Token": "a-long-token", "X-Forwarded-User": "ada"}
    code, answer = guarded.call("POST", "/api/training/start", {"trainer": "sleeper"}, headers)
    assert code == 200
    assert guarded.training(answer["run_id"])["by"] == "ada"
    reading = start(READ_ONLY="true")
    assert reading.call("POST", "/api/training/start", {"trainer": "sleeper"})[0] == 403
    assert reading.trainings() == []


def test_a_full_disk_is_named_and_nothing_is_started(start: Start) -> None:
    service = start()
    runs = service.folder / "state" / "scheduler" / "runs"
    runs.rmdir() if runs.exists() else None
    runs.write_text("a file in the place of the folder")
    answer = service.post("start", 503, trainer="sleeper")
    assert answer["code"] == "start-failed"
    assert service.trainings() == []
    runs.unlink()


def test_a_second_scheduler_on_one_folder_reports_it_and_ends(service: Service) -> None:
    environment = bare_environment() | {"STATE_DIR": str(service.folder / "state"), "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(
        [sys.executable, "-m", "scheduler"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert completed.returncode == 1
    assert "Another scheduler runs on" in completed.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[trainers]]\nname = 'x'", "trainers.0.command"),
        ("[[trainers]]\nname = 'x'\ncommand = ['x', '{y}']", "{y} names no field"),
        ("not TOML", "no TOML"),
        ("[[trainers]]\nname = 'maze'\ncommand = ['x']", "Two trainers"),
    ],
)
def test_an_invalid_trainings_file_stops_the_start(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "trainings.toml"
    file.write_text(text)
    environment = bare_environment() | {"TRAININGS_FILE": str(file), "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(
        [sys.executable, "-m", "scheduler"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert completed.returncode == 2
    assert message in completed.stderr


def test_trainers_are_listed_without_their_commands(service: Service) -> None:
    offered = service.get("/api/training/trainers")["trainers"]
    assert [one["name"] for one in offered][:3] == ["maze", "environment", "sleeper"]
    assert not {"command", "environment", "directory"} & set(offered[2])
    assert [one["is_installed"] for one in offered if one["name"] == "missing"] == [False]


def test_a_request_that_was_altered_in_mlflow_does_not_run(single_slot_service: Service, tracking: Tracking) -> None:
    blocking = single_slot_service.start(trainer="sleeper", seconds=60)
    run_id = single_slot_service.start(trainer="sleeper", word="honest")
    evil = json.dumps({"trainer": "sleeper", "values": {"seconds": 0.0, "word": "--evil"}})
    for key, value in (("clew.training.request", evil),):
        body = {"run_id": run_id, "key": key, "value": value}
        requests.post(f"{tracking.address}/api/2.0/mlflow/runs/set-tag", json=body, timeout=10).raise_for_status()
    single_slot_service.post("stop", run_id=blocking)
    known = single_slot_service.until(run_id, "failed", "done")
    assert known["reason"]["code"] == "request-damaged"
    assert single_slot_service.training_log(run_id) == ""


def test_a_fork_cannot_change_the_trainer_algorithm_or_network(single_slot_service: Service) -> None:
    busy = single_slot_service.start(trainer="sleeper", seconds=20.0)
    parent = single_slot_service.start(trainer="maze", net_arch="64, 64")
    for body, field in (
        ({"algorithm": "DQN"}, "algorithm"),
        ({"net_arch": "16"}, "net_arch"),
        ({"trainer": "teller"}, "trainer"),
    ):
        assert list(single_slot_service.post("fork", 422, run_id=parent, **body)["details"]) == [field]
    assert single_slot_service.post("fork", 409, run_id=parent)["code"] == "not-continuable"
    single_slot_service.post("stop", run_id=parent)
    single_slot_service.post("stop", run_id=busy)
