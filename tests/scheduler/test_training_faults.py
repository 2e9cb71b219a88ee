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

_SUSPENDED_SECONDS = 30.0


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
        """Sends a signal to the server and all its processes."""
        os.killpg(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait(20)


class Scenario(NamedTuple):
    """Holds a scheduler with two slots, and three trainings."""

    service: Service
    mlflow: OwnMlflow
    mlflow_proxy: Misbehaving
    training: str
    stopping: str
    queued: str


@pytest.fixture(scope="module")
def own_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnMlflow]:
    server = OwnMlflow(tmp_path_factory.mktemp("own-mlflow"))
    eventually(lambda: requests.get(f"{server.address}/health", timeout=5).ok, 300)
    yield server
    server.signal(signal.SIGKILL)


@pytest.fixture(scope="module")
def mlflow_proxy(own_mlflow: OwnMlflow) -> Iterator[Misbehaving]:
    """Runs the server in front of MLflow that the scheduler uses as its MLflow."""
    with Misbehaving(own_mlflow.address) as server:
        yield server


@pytest.fixture(scope="module")
def two_slots(start: Start, mlflow_proxy: Misbehaving) -> Service:
    return start(TRAINING_SLOTS="2", MLFLOW_TRACKING_URI=mlflow_proxy.address)


@pytest.fixture
def scenario(two_slots: Service, own_mlflow: OwnMlflow, mlflow_proxy: Misbehaving) -> Scenario:
    two_slots.wait_for(lambda health: health["mlflow"] == "ok")
    training = two_slots.start(trainer="sleeper", seconds=20.0, word="training")
    stopping = two_slots.start(trainer="sleeper", seconds=600.0, word="stopping", manners="slow")
    for run_id in (training, stopping):
        two_slots.written(run_id, "began")
    queued = two_slots.start(trainer="sleeper", word="queued")
    two_slots.post("stop", run_id=stopping)
    return Scenario(two_slots, own_mlflow, mlflow_proxy, training, stopping, queued)


def check_true_ends(scenario: Scenario) -> None:
    """Checks that each ended as expected, was run once, and that MLflow has its end."""
    service = scenario.service
    ends = {"done": "FINISHED", "killed": "KILLED"}
    for run_id, state in ((scenario.training, "done"), (scenario.stopping, "killed"), (scenario.queued, "done")):
        assert service.until(run_id, *OVER)["state"] == state
        assert service.training_log(run_id).count("began") == 1
        assert service.training(run_id)["attempt"] == 1
        service.until_gone(run_id)
        eventually(lambda run_id=run_id, state=state: reported_state(scenario, run_id) == ends[state], 180)  # type: ignore[misc]
    service.wait_for(lambda health: health["mlflow"] == "ok")


def reported_state(scenario: Scenario, run_id: str) -> str:
    """Returns the state in MLflow."""
    answer = requests.get(f"{scenario.mlflow.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10)
    return str(answer.json()["run"]["info"]["status"])


def scheduler_killed(scenario: Scenario) -> None:
    scenario.service.kill()
    time.sleep(0.5)
    scenario.service.run()


def scheduler_suspended(scenario: Scenario) -> None:
    """Suspends the scheduler for so long that gunicorn takes it for dead, and starts another one."""
    processes = [psutil.Process(scenario.service.process.pid), *scenario.service._workers()]
    for process in processes:
        process.suspend()
    time.sleep(_SUSPENDED_SECONDS)
    for process in processes:
        process.resume()
    time.sleep(1)
    scenario.service.wait_for(lambda health: health["is_read"])


def mlflow_killed(scenario: Scenario) -> None:
    scenario.mlflow.signal(signal.SIGKILL)
    assert scenario.service.until(scenario.training, "done")["state"] == "done"
    assert scenario.service.until(scenario.stopping, "killed")
    scenario.service.wait_for(lambda _health: reason_to_wait(scenario) == "mlflow-keeps-it-waiting")
    scenario.mlflow.run()


def mlflow_suspended(scenario: Scenario) -> None:
    scenario.mlflow.signal(signal.SIGSTOP)
    time.sleep(_SUSPENDED_SECONDS)
    scenario.mlflow.signal(signal.SIGCONT)


def both_down_at_the_start(scenario: Scenario) -> None:
    scenario.service.kill()
    scenario.mlflow.signal(signal.SIGKILL)
    scenario.service.run(wait=False)
    scenario.service.wait_for(lambda health: health["mlflow"] != "ok")
    assert scenario.service.call("GET", "/api/training/runs")[0] == 503
    assert scenario.service.post("start", 503, trainer="sleeper")["code"] == "trainings-not-read"
    scenario.mlflow.run()
    scenario.service.wait_for(lambda health: health["is_read"])


def mlflow_sends_invalid_responses(scenario: Scenario) -> None:
    for answer in (HTML, ERROR_500, HALF_JSON, WRONG_TYPES):
        scenario.mlflow_proxy.answer = answer
        time.sleep(_SUSPENDED_SECONDS / 8)
    scenario.mlflow_proxy.answer = None


def mlflow_is_slow(scenario: Scenario) -> None:
    def slow(_path: str, content: bytes) -> bytes:
        time.sleep(4)
        return content

    scenario.mlflow_proxy.alter = slow
    time.sleep(_SUSPENDED_SECONDS)
    scenario.mlflow_proxy.alter = None


def reason_to_wait(scenario: Scenario) -> str:
    reason = scenario.service.training(scenario.queued)["reason"]
    return str(reason and reason["code"])


SHORT = (scheduler_killed, mlflow_killed)
LONG = (both_down_at_the_start, scheduler_suspended, mlflow_suspended, mlflow_sends_invalid_responses, mlflow_is_slow)


@pytest.mark.parametrize(
    "fault",
    [*SHORT, *(pytest.param(one, marks=pytest.mark.thorough) for one in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_each_training_ends_once_with_its_true_state_despite_a_fault(
    scenario: Scenario, fault: Callable[[Scenario], None]
) -> None:
    fault(scenario)
    check_true_ends(scenario)
