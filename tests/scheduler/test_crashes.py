"""A scheduler that is killed between any two of its writes: nothing starts twice, is lost, or is wrong."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from domain.trainings.requests import StartRequest
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import RunWrites
from scheduler.backends.backend import GpuCapacity, Launch
from scheduler.local.environment import base_environment, tracking_environment
from scheduler.local.local_backend import LocalBackend
from scheduler.queue.actions import QueueActions
from scheduler.queue.dispatcher import Dispatcher
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.environment_check import EnvironmentCheck
from scheduler.queue.launching import Launcher
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.reading import QueueReader
from scheduler.queue.requests import TrainingStarter
from scheduler.queue.trainers import Trainers
from scheduler.queue.watch import BackendPoller
from scheduler.settings import SchedulerSettings, trainers_in

# Create, SCHEDULED; launch: tags, RUNNING, the keeper itself; training: tags, RUNNING; end: status, tags.
STEPS = range(1, 10)


class Killed(BaseException):
    """Signals that the scheduler was killed."""


class KillPoint:
    """Raises `Killed` in step number `steps`: after its effect if `is_done`, else before it."""

    def __init__(self, steps: float, *, is_done: bool) -> None:
        self.left, self._is_done = steps, is_done

    def before(self) -> None:
        self.left -= 1
        if self.left < 0 or (self.left == 0 and not self._is_done):
            raise Killed

    def after(self) -> None:
        if self.left == 0:
            raise Killed


class MlflowUntilKilled(MlflowApi):
    """Forwards writes to MLflow until the kill point."""

    def __init__(self, mlflow: MlflowApi, kill_point: KillPoint) -> None:
        super().__init__(mlflow.service)
        self._kill_point = kill_point

    def write(self, path: str, body: object) -> Any:
        if path.startswith("experiments/"):
            return super().write(path, body)
        self._kill_point.before()
        answer = super().write(path, body)
        self._kill_point.after()
        return answer


class BackendUntilKilled(LocalBackend):
    """Launches on this machine until the kill point."""

    kill_point: KillPoint

    def launch(self, launch: Launch) -> None:
        self.kill_point.before()
        super().launch(launch)
        self.kill_point.after()


class StepwiseScheduler:
    """Runs one scheduler without its threads, from its start to its end."""

    def __init__(self, settings: SchedulerSettings, scheduler_id: str, kill_point: KillPoint) -> None:
        runs = RunWrites(MlflowUntilKilled(MlflowApi.from_settings(settings), kill_point))
        assert settings.trainings_file is not None
        trainers = Trainers(trainers_in(settings.trainings_file), settings.trainings_file.parent)
        self.entries = Entries()
        backend = BackendUntilKilled(settings, lambda _held: GpuCapacity(0))
        backend.kill_point = kill_point
        self.backend = backend
        queue = MlflowQueue(runs, scheduler_id, "here")

        def environment(run_id: str) -> Mapping[str, str]:
            return {**base_environment(os.environ), **tracking_environment(settings, run_id)}

        reading = QueueReader(self.entries, queue, backend, trainers)
        launching = Launcher(queue, backend, trainers, environment)
        self.dispatcher = Dispatcher(self.entries, queue, backend, reading, launching)
        self.watch = BackendPoller(self.entries, backend, self.dispatcher, lambda _entry: True, may_restart=False)
        self.requests = TrainingStarter(self.entries, queue, backend, trainers, self.dispatcher, EnvironmentCheck(None))
        self.actions = QueueActions(self.entries, queue, backend, self.dispatcher, lambda _run_id: None)
        self.dispatcher.tick()

    def run_to_the_end(self, seconds: float = 60) -> list[Entry]:
        """Ticks until every training is over and recorded in MLflow."""
        deadline = time.monotonic() + seconds
        while any(entry.recorded is not entry.state or not entry.is_over for entry in self.entries.all()):
            assert time.monotonic() < deadline, self.entries.all()
            self.dispatcher.tick()
            self.watch.tick()
            time.sleep(0.02)
        return self.entries.all()


StartScheduler = Callable[..., StepwiseScheduler]


@pytest.fixture
def start_scheduler(settings: SchedulerSettings) -> Iterator[StartScheduler]:
    """Returns a function that starts a scheduler; remaining keepers are waited for."""
    schedulers: list[StepwiseScheduler] = []

    def start(scheduler_id: str, kill_point: KillPoint) -> StepwiseScheduler:
        schedulers.append(StepwiseScheduler(settings, scheduler_id, kill_point))
        return schedulers[-1]

    yield start
    for one in schedulers:
        for keeper in one.backend._keepers:
            keeper.wait(20)


@pytest.fixture
def settings(tmp_path: Path, mlflow_address: str, trainers_file: Path) -> SchedulerSettings:
    return SchedulerSettings(
        _env_file=None,  # type: ignore[call-arg]
        state_dir=tmp_path,
        mlflow_tracking_uri=mlflow_address,  # type: ignore[arg-type]
        trainings_file=trainers_file,
    )


@pytest.mark.parametrize("is_done", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("steps", STEPS)
def test_a_request_repeated_after_a_crash_runs_once(
    start_scheduler: StartScheduler, settings: SchedulerSettings, steps: int, is_done: bool
) -> None:
    own, request = str(uuid.uuid4()), {"trainer": "sleeper", "word": f"crash-{uuid.uuid4().hex}"}
    request["request_id"] = str(uuid.uuid4())
    first = start_scheduler(own, KillPoint(steps, is_done=is_done))
    with suppress(Killed):  # or it was over before
        first.requests.start(StartRequest.model_validate(request), "ada")
        first.run_to_the_end()
    second = start_scheduler(own, KillPoint(float("inf"), is_done=True))
    second.requests.start(StartRequest.model_validate(request), "ada")
    second.run_to_the_end()
    third = start_scheduler(own, KillPoint(float("inf"), is_done=True))
    (entry,) = third.run_to_the_end()
    assert (entry.state, entry.exit_code, entry.by) == ("done", 0, "ada")
    log = (settings.folder / "runs" / entry.run_id / "log.txt").read_text()
    assert log.splitlines() == [f"began with {request['word']}", "ends"]


@pytest.mark.parametrize("steps", range(1, 6))
def test_a_stop_takes_effect_whenever_the_scheduler_is_killed(
    start_scheduler: StartScheduler, settings: SchedulerSettings, steps: int
) -> None:
    own, kill_point = str(uuid.uuid4()), KillPoint(float("inf"), is_done=True)
    first = start_scheduler(own, kill_point)
    (entry,) = first.requests.start(StartRequest.model_validate({"trainer": "sleeper", "seconds": 30.0}), None)
    while not first.entries.get(entry.run_id).is_alive:
        first.dispatcher.tick()
    while "began" not in (settings.folder / "runs" / entry.run_id / "log.txt").read_text():
        time.sleep(0.02)
    kill_point.left = steps
    with suppress(Killed):
        first.actions.stop(entry.run_id, "ada")
        first.run_to_the_end()
    second = start_scheduler(own, KillPoint(float("inf"), is_done=True))
    second.run_to_the_end()
    (ended,) = second.entries.all()
    assert (ended.state, ended.stopped_by, ended.outcome.code) == ("killed", "ada", "stopped-by")
