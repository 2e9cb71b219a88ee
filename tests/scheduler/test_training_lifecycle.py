"""The life of a training: started, watched, stopped, queued, continued."""

import json
import time
import urllib.request
import uuid
from typing import Any

import psutil
import pytest
import requests

from services.trainings.scheduler_client import SchedulerClient
from settings.settings import Settings
from tests.scheduler.conftest import Start
from tests.scheduler.service import OVER, Service
from tests.tracking import Tracking
from transport.http_client import JsonService


@pytest.mark.parametrize(
    ("code", "state", "exit_code", "reason"),
    [
        (0, "done", 0, None),
        (3, "failed", 3, "ended-with-code"),
        (-9, "failed", 137, "ended-by-signal"),
    ],
)
def test_the_exit_code_determines_the_state_of_a_training(
    service: Service, code: int, state: str, exit_code: int, reason: str | None
) -> None:
    known = service.until(service.start(trainer="sleeper", code=code), *OVER)
    assert (known["state"], known["exit_code"]) == (state, exit_code)
    assert (known["reason"] and known["reason"]["code"]) == reason


def test_the_run_in_mlflow_has_times_exit_code_and_the_end_of_the_log(service: Service, tracking: Tracking) -> None:
    run_id = service.start(trainer="sleeper", code=4, word="mlflow")
    known = service.until(run_id, "failed")
    # Its status and its tags are two calls.
    service.wait_for(lambda _health: "clew.training.exit_code" in _tags(run_in(tracking, run_id)))
    service.wait_for(lambda _health: run_in(tracking, run_id)["info"]["status"] == "FAILED")
    run = run_in(tracking, run_id)
    tags = _tags(run)
    assert run["info"]["end_time"] == known["ended_ms"] >= int(tags["clew.training.started_at"])
    assert (tags["clew.training.state"], tags["clew.training.exit_code"]) == ("failed", "4")
    assert tags["clew.training.log_tail"] == "began with mlflow\nends"
    assert tags["clew.scheduler"] == service.get("/health")["scheduler"]
    assert not run["data"].get("params")


def test_a_missing_program_fails_with_the_reason(service: Service) -> None:
    known = service.until(service.start(trainer="missing"), *OVER)
    assert known["state"] == "failed"
    assert known["reason"]["code"] == "not-launched"
    assert "No such file" in str(known["reason"])


def test_each_seed_is_a_run_and_a_repeated_request_starts_no_other(service: Service) -> None:
    request = {"trainer": "teller", "episodes": 3, "seed": "1-3", "request_id": str(uuid.uuid4())}
    first, again = service.post("start", **request), service.post("start", **request)
    assert [run["seed"] for run in first["runs"]] == [1, 2, 3]
    assert [run["run_id"] for run in first["runs"]] == [run["run_id"] for run in again["runs"]]
    for run in first["runs"]:
        assert service.until(run["run_id"], *OVER)["state"] == "done"
    assert service.post("start", 409, **request | {"episodes": 4})["code"] == "request-id-taken"


def test_a_watched_training_sends_its_curves_and_log_immediately(service: Service) -> None:
    run_id = service.start(trainer="teller", episodes=150)
    with service.view(run_id) as viewer:
        assert viewer.next()["training"]["run_id"] == run_id
        # On a busy machine the first lines of a program are there before its keeper is seen to have started it.
        news = viewer.until(lambda news: bool(news["curves"]) and news["training"]["state"] == "training")
        assert news["training"]["progress"]
        assert news["curves"][0]["x"] == list(range(1, len(news["curves"][0]["x"]) + 1))
        assert news["log"]["lines"] == ["goes on from 0"]
        viewer.next()
        news = viewer.until(lambda news: news["training"]["state"] == "done")
        assert news["training"]["progress"]["episode"] == 150


def test_metrics_that_a_program_logs_to_mlflow_are_its_progress(service: Service) -> None:
    run_id = service.start(trainer="logger", seconds=3)
    with service.view(run_id) as viewer:
        # MLflow may be read while the program is still logging, and progress before the curves or after them.
        news = viewer.until(
            lambda news: (
                bool(news["curves"])
                and len(news["curves"][0]["x"]) == 5
                and (news["training"]["progress"] or {}).get("reward") == 6.0
            )
        )
    assert news["curves"] == [{"key": "reward", "x": [0, 100, 200, 300, 400], "y": [0.0, 1.5, 3.0, 4.5, 6.0]}]
    assert service.until(run_id, "done")["remark"] is None
    time.sleep(0.5)
    assert service.training(run_id)["remark"] is None


def test_a_program_that_logged_nothing_gets_a_remark(service: Service) -> None:
    run_id = service.start(trainer="sleeper")
    service.until(run_id, "done")
    deadline = time.monotonic() + 60
    while (remark := service.training(run_id)["remark"]) is None or remark["code"] != "logged-nothing":
        assert time.monotonic() < deadline, remark
        time.sleep(0.05)


def test_a_stopped_program_may_finish_and_ends_as_killed(service: Service, tracking: Tracking) -> None:
    run_id = service.start(trainer="sleeper", seconds=60)
    service.written(run_id, "began")
    assert service.post("stop", run_id=run_id)["status"] == "stopping"
    known = service.until(run_id, *OVER)
    assert (known["state"], known["exit_code"]) == ("killed", 130)
    assert "asked to stop" in service.training_log(run_id)
    assert service.post("stop", 409, run_id=run_id)["code"] == "training-over"
    service.wait_for(lambda _health: run_in(tracking, run_id)["info"]["status"] == "KILLED")


def test_a_program_that_does_not_stop_is_killed_with_its_group(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=60, manners="stubborn")
    service.written(run_id, "began")
    began = time.monotonic()
    service.post("stop", run_id=run_id)
    assert service.until(run_id, *OVER)["state"] == "killed"
    assert time.monotonic() - began > 9


def test_no_child_process_of_a_program_survives_its_end(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=10, manners="parent")
    service.written(run_id, "began")
    assert len(service.processes(run_id)) >= 4
    assert service.until(run_id, *OVER)["state"] == "done"
    service.until_gone(run_id)


def test_a_killed_trainer_is_failed_with_its_last_lines(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=60, word="last")
    service.written(run_id, "began")
    service.program(run_id).kill()
    known = service.until(run_id, "failed")
    assert known["reason"] == {"code": "ended-by-signal", "params": {"signal": "SIGKILL"}, "text": None}


def test_a_killed_keeper_ends_its_program_and_is_reported_as_lost(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=600, manners="parent")
    service.written(run_id, "began")
    service.keeper(run_id).kill()
    assert service.until(run_id, "failed")["reason"]["code"] == "lost"
    service.until_gone(run_id)


def test_a_suspended_training_is_not_reported_as_dead(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=4)
    service.written(run_id, "began")
    still = [service.keeper(run_id), service.program(run_id)]
    for process in still:
        process.suspend()
    time.sleep(2)
    assert service.state(run_id) == "training"
    for process in still:
        process.resume()
    assert service.until(run_id, *OVER)["state"] == "done"


def test_a_stopped_training_and_its_fork_continue_from_its_checkpoint(service: Service) -> None:
    run_id = service.start(trainer="teller", episodes=1000)
    with service.view(run_id) as viewer:
        viewer.until(lambda news: (news["training"]["progress"] or {}).get("episode", 0) >= 25)
    assert service.post("continue", 409, run_id=run_id)["code"] == "not-continuable"
    service.post("stop", run_id=run_id)
    stopped = service.until(run_id, "killed")
    assert stopped["actions"] == ["continue", "fork"]
    again = service.post("continue", run_id=run_id)
    assert again["run_id"] == run_id
    with service.view(run_id) as viewer:
        known = viewer.until(lambda news: len(news["log"]["lines"]) == 3)["training"]
    assert "goes on from 0" not in service.training_log(run_id).splitlines()[1:]
    assert (known["attempt"], known["ended_ms"]) == (2, None)
    service.post("stop", run_id=run_id)
    service.until(run_id, "killed")
    child = service.post("fork", run_id=run_id, episodes=80)["run_id"]
    assert service.until(child, *OVER)["state"] == "done"
    assert "goes on from 0" not in service.training_log(child)
    assert service.training(child)["values"]["episodes"] == 80


def test_a_training_gets_only_listed_environment_variables(service: Service) -> None:
    run_id = service.start(trainer="speaker", lines=1)
    service.until(run_id, "done")
    names = service.training_log(run_id).split("the environment is ")[1]
    assert "MLFLOW_RUN_ID" in names
    assert "CUDA_VISIBLE_DEVICES" in names
    assert "SCHEDULER_PORT" not in names
    assert "PYTHONPATH" not in names


def test_a_restarted_scheduler_finds_its_running_trainings(service: Service) -> None:
    run_id = service.start(trainer="sleeper", seconds=120)
    service.written(run_id, "began")
    keeper = service.keeper(run_id).pid
    service.kill()
    assert psutil.pid_exists(keeper)
    service.run()
    assert service.until(run_id, "training")
    assert service.keeper(run_id).pid == keeper
    service.post("stop", run_id=run_id)
    assert service.until(run_id, *OVER)["state"] == "killed"
    assert service.training(run_id)["attempt"] == 1


def test_out_of_memory_is_reported_and_a_training_continues_after_a_reboot(start: Start) -> None:
    service = start(TRAINING_MEMORY_GB="0.3", TRAINING_RESTART="true")
    hungry = service.start(trainer="hungry")
    assert service.until(hungry, "failed")["reason"]["code"] == "out-of-memory"
    run_id = service.start(trainer="teller", episodes=800)
    with service.view(run_id) as viewer:
        viewer.until(lambda news: (news["training"]["progress"] or {}).get("episode", 0) >= 20)
    keeper = service.keeper(run_id)
    service.kill()
    keeper.kill()
    record = service.runs / run_id / "started.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"boot_id": "of another boot"}))
    service.run()
    known = service.until(run_id, *OVER)
    assert (known["state"], known["attempt"]) == ("done", 2)
    assert "goes on from 0" not in service.training_log(run_id).splitlines()[1:]


def test_a_long_log_is_downloaded_in_pieces(service: Service) -> None:
    run_id = service.start(trainer="speaker", lines=200_000)
    service.until(run_id, "done")
    before = service.memory()
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/api/training/runs/{run_id}/log.txt") as answer:
        size = sum(len(piece) for piece in iter(lambda: answer.read(2**16), b""))
    assert size == (service.runs / run_id / "log.txt").stat().st_size > 20_000_000
    client = SchedulerClient(JsonService("scheduler", f"http://127.0.0.1:{service.port}"), Settings(_env_file=None))  # type: ignore[call-arg]
    assert sum(map(len, client.whole_log(run_id))) == size
    found = service.get(f"/api/training/runs/{run_id}/log?q=needle")
    assert [one["line"] for one in found["lines"]] == ["the needle is here"]
    part = service.get(f"/api/training/runs/{run_id}/log?before={found['lines'][0]['at']}&lines=2")
    assert [line.split()[0] for line in part["lines"]] == ["199998", "199999"]
    assert service.memory() - before < 30_000_000


def run_in(tracking: Tracking, run_id: str) -> dict[str, Any]:
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10)
    return dict(answer.json()["run"])


def _tags(run: dict[str, Any]) -> dict[str, str]:
    return {pair["key"]: pair["value"] for pair in run["data"]["tags"]}
