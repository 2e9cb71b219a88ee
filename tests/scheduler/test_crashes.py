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
from scheduler.backends.backend import GpuRoom, Launch
from scheduler.local.environment import base_environment, tracking_environment
from scheduler.local.local_backend import LocalBackend
from scheduler.queue.actions import Actions
from scheduler.queue.dispatcher import Dispatcher
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.environment_check import EnvironmentCheck
from scheduler.queue.launching import Launching
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.reading import Reading
from scheduler.queue.requests import Requests
from scheduler.queue.trainers import Trainers
from scheduler.queue.watch import Watch
from scheduler.settings import SchedulerSettings, trainers_in

# Create, SCHEDULED; launch: tags, RUNNING, the keeper itself; training: tags, RUNNING; end: status, tags.
STEPS = range(1, 10)


class Killed(BaseException):
    """Signals that the scheduler was killed."""


class Fuse:
    """Lets so many steps pass, and no other; the last one's effect happens before or after the kill."""

    def __init__(self, steps: float, *, is_done: bool) -> None:
        self.left, self._is_done = steps, is_done

    def before(self) -> None:
        self.left -= 1
        if self.left < 0 or (self.left == 0 and not self._is_done):
            raise Killed

    def after(self) -> None:
        if self.left == 0:
            raise Killed


class FusedMlflow(MlflowApi):
    """Forwards writes to MLflow, as far as the fuse allows."""

    def __init__(self, mlflow: MlflowApi, fuse: Fuse) -> None:
        super().__init__(mlflow.service)
        self._fuse = fuse

    def write(self, path: str, body: object) -> Any:
        if path.startswith("experiments/"):
            return super().write(path, body)
        self._fuse.before()
        answer = super().write(path, body)
        self._fuse.after()
        return answer


class FusedBackend(LocalBackend):
    """Forwards to this machine, as far as the fuse allows."""

    fuse: Fuse

    def launch(self, launch: Launch) -> None:
        self.fuse.before()
        super().launch(launch)
        self.fuse.after()


class Life:
    """Runs one scheduler without its threads, from its start to its end."""

    def __init__(self, settings: SchedulerSettings, scheduler_id: str, fuse: Fuse) -> None:
        runs = RunWrites(FusedMlflow(MlflowApi.from_settings(settings), fuse))
        assert settings.trainings_file is not None
        trainers = Trainers(trainers_in(settings.trainings_file), settings.trainings_file.parent)
        self.entries = Entries()
        backend = FusedBackend(settings, lambda _held: GpuRoom(0))
        backend.fuse = fuse
        self.backend = backend
        queue = MlflowQueue(runs, scheduler_id, "here")

        def environment(run_id: str) -> Mapping[str, str]:
            return {**base_environment(os.environ), **tracking_environment(settings, run_id)}

        reading = Reading(self.entries, queue, backend, trainers)
        launching = Launching(queue, backend, trainers, environment)
        self.dispatcher = Dispatcher(self.entries, queue, backend, reading, launching)
        self.watch = Watch(self.entries, backend, self.dispatcher, lambda _entry: True, may_restart=False)
        self.requests = Requests(self.entries, queue, backend, trainers, self.dispatcher, EnvironmentCheck(None))
        self.actions = Actions(self.entries, queue, backend, self.dispatcher, lambda _run_id: None)
        self.dispatcher.tick()

    def live(self, seconds: float = 60) -> list[Entry]:
        """Goes on until all is over and reported."""
        deadline = time.monotonic() + seconds
        while any(entry.recorded is not entry.state or not entry.is_over for entry in self.entries.all()):
            assert time.monotonic() < deadline, self.entries.all()
            self.dispatcher.tick()
            self.watch.tick()
            time.sleep(0.02)
        return self.entries.all()


Begin = Callable[..., Life]


@pytest.fixture
def life(settings: SchedulerSettings) -> Iterator[Begin]:
    """Returns a function that begins one; remaining keepers are waited for."""
    lives: list[Life] = []

    def begin(scheduler_id: str, fuse: Fuse) -> Life:
        lives.append(Life(settings, scheduler_id, fuse))
        return lives[-1]

    yield begin
    for one in lives:
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
    life: Begin, settings: SchedulerSettings, steps: int, is_done: bool
) -> None:
    own, request = str(uuid.uuid4()), {"trainer": "sleeper", "word": f"crash-{uuid.uuid4().hex}"}
    request["request_id"] = str(uuid.uuid4())
    first = life(own, Fuse(steps, is_done=is_done))
    with suppress(Killed):  # or it was over before
        first.requests.start(StartRequest.model_validate(request), "ada")
        first.live()
    second = life(own, Fuse(float("inf"), is_done=True))
    second.requests.start(StartRequest.model_validate(request), "ada")
    second.live()
    third = life(own, Fuse(float("inf"), is_done=True))
    (entry,) = third.live()
    assert (entry.state, entry.exit_code, entry.by) == ("done", 0, "ada")
    log = (settings.folder / "runs" / entry.run_id / "log.txt").read_text()
    assert log.splitlines() == [f"began with {request['word']}", "ends"]


@pytest.mark.parametrize("steps", range(1, 6))
def test_a_stop_takes_effect_whenever_the_scheduler_is_killed(
    life: Begin, settings: SchedulerSettings, steps: int
) -> None:
    own, fuse = str(uuid.uuid4()), Fuse(float("inf"), is_done=True)
    first = life(own, fuse)
    (entry,) = first.requests.start(StartRequest.model_validate({"trainer": "sleeper", "seconds": 30.0}), None)
    while not first.entries.get(entry.run_id).is_alive:
        first.dispatcher.tick()
    while "began" not in (settings.folder / "runs" / entry.run_id / "log.txt").read_text():
        time.sleep(0.02)
    fuse.left = steps
    with suppress(Killed):
        first.actions.stop(entry.run_id, "ada")
        first.live()
    second = life(own, Fuse(float("inf"), is_done=True))
    second.live()
    (ended,) = second.entries.all()
    assert (ended.state, ended.stopped_by, ended.outcome.code) == ("killed", "ada", "stopped-by")
