"""Faults of the scheduler and of MLflow, while trainings wait, run and stop: each gets its true end, once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import requests

from tests.gpus.monitor import free_port
from tests.misbehaving import ERROR_500, HALF_JSON, HTML, WRONG_TYPES, Misbehaving, eventually
from tests.scheduler.conftest import Start
from tests.scheduler.service import OVER, Service
from training.mlflow_server import DATABASE

_STANDS_STILL_SECONDS = 30.0


class OwnMlflow:
    """Runs an MLflow that can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.run()

    def run(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--backend-store-uri", f"sqlite:///{self.folder / DATABASE}"]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True
            )

    def signal(self, number: int) -> None:
        """Sends a signal to it and all its processes."""
        os.killpg(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait(20)


class Story(NamedTuple):
    """Holds a scheduler with two slots, and three trainings."""

    service: Service
    mlflow: OwnMlflow
    line: Misbehaving
    training: str
    stopping: str
    queued: str


@pytest.fixture(scope="module")
def own_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnMlflow]:
    server = OwnMlflow(tmp_path_factory.mktemp("own-mlflow"))
    eventually(lambda: requests.get(f"{server.address}/health", timeout=5).ok, 120)
    yield server
    server.signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def line(own_mlflow: OwnMlflow) -> Iterator[Misbehaving]:
    """Runs the server that the scheduler takes for MLflow."""
    with Misbehaving(own_mlflow.address) as server:
        yield server


@pytest.fixture(scope="module")
def two_slots(start: Start, line: Misbehaving) -> Service:
    return start(TRAINING_SLOTS="2", MLFLOW_TRACKING_URI=line.address)


@pytest.fixture
def story(two_slots: Service, own_mlflow: OwnMlflow, line: Misbehaving) -> Story:
    two_slots.wait_for(lambda health: health["mlflow"] == "ok", 60)
    training = two_slots.start(trainer="sleeper", seconds=5.0, word="training")
    stopping = two_slots.start(trainer="sleeper", seconds=60.0, word="stopping", manners="slow")
    for run_id in (training, stopping):
        two_slots.written(run_id, "began")
    queued = two_slots.start(trainer="sleeper", word="queued")
    two_slots.post("stop", run_id=stopping)
    return Story(two_slots, own_mlflow, line, training, stopping, queued)


def ends_true(story: Story) -> None:
    """Checks that each ended as expected, was run once, and that MLflow has its end."""
    service = story.service
    ends = {"done": "FINISHED", "killed": "KILLED"}
    for run_id, state in ((story.training, "done"), (story.stopping, "killed"), (story.queued, "done")):
        assert service.until(run_id, *OVER, seconds=60)["state"] == state
        assert service.training_log(run_id).count("began") == 1
        assert service.training(run_id)["attempt"] == 1
        assert service.processes(run_id) == []
        eventually(lambda run_id=run_id, state=state: reported_state(story, run_id) == ends[state], 60)  # type: ignore[misc]
    service.wait_for(lambda health: health["mlflow"] == "ok", 60)


def reported_state(story: Story, run_id: str) -> str:
    """Returns the state in MLflow."""
    answer = requests.get(f"{story.mlflow.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10)
    return str(answer.json()["run"]["info"]["status"])


def scheduler_killed(story: Story) -> None:
    story.service.kill()
    time.sleep(0.5)
    story.service.run()


def scheduler_stands_still(story: Story) -> None:
    """Suspends the scheduler for so long that gunicorn takes it for dead, and starts another one."""
    processes = [psutil.Process(story.service.process.pid), *story.service._workers()]
    for process in processes:
        process.suspend()
    time.sleep(_STANDS_STILL_SECONDS)
    for process in processes:
        process.resume()
    time.sleep(1)
    story.service.wait_for(lambda health: health["is_read"])


def mlflow_killed(story: Story) -> None:
    story.mlflow.signal(signal.SIGKILL)
    assert story.service.until(story.training, "done")["state"] == "done"
    assert story.service.until(story.stopping, "killed")
    story.service.wait_for(lambda _health: waits_for(story) == "mlflow-keeps-it-waiting")
    story.mlflow.run()


def mlflow_stands_still(story: Story) -> None:
    story.mlflow.signal(signal.SIGSTOP)
    time.sleep(_STANDS_STILL_SECONDS)
    story.mlflow.signal(signal.SIGCONT)


def both_down_at_the_start(story: Story) -> None:
    story.service.kill()
    story.mlflow.signal(signal.SIGKILL)
    story.service.run(wait=False)
    story.service.wait_for(lambda health: health["mlflow"] != "ok")
    assert story.service.call("GET", "/api/training/runs")[0] == 503
    assert story.service.post("start", 503, trainer="sleeper")["code"] == "trainings-not-read"
    story.mlflow.run()
    story.service.wait_for(lambda health: health["is_read"], 60)


def mlflow_answers_nonsense(story: Story) -> None:
    for answer in (HTML, ERROR_500, HALF_JSON, WRONG_TYPES):
        story.line.answer = answer
        time.sleep(_STANDS_STILL_SECONDS / 8)
    story.line.answer = None


def mlflow_is_slow(story: Story) -> None:
    def slow(_path: str, content: bytes) -> bytes:
        time.sleep(4)
        return content

    story.line.alter = slow
    time.sleep(_STANDS_STILL_SECONDS)
    story.line.alter = None


def waits_for(story: Story) -> str:
    reason = story.service.training(story.queued)["reason"]
    return str(reason and reason["code"])


SHORT = (scheduler_killed, mlflow_killed)
LONG = (both_down_at_the_start, scheduler_stands_still, mlflow_stands_still, mlflow_answers_nonsense, mlflow_is_slow)


@pytest.mark.parametrize(
    "fault",
    [*SHORT, *(pytest.param(one, marks=pytest.mark.thorough) for one in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_each_training_ends_once_with_its_true_state_despite_a_fault(
    story: Story, fault: Callable[[Story], None]
) -> None:
    fault(story)
    ends_true(story)
