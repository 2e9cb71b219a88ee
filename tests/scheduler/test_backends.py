"""The contract of a training backend: this machine, Ray's stand-in, and a real Ray where it is installed."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from domain.errors import ClewError, ServiceUnavailable
from domain.trainings.request_form import REQUEST_FILE
from scheduler.backends.backend import Absent, Backend, Exited, GpuCapacity, Launch, Lost, Pending, ResourceRequest
from scheduler.local.local_backend import LocalBackend
from scheduler.settings import SchedulerSettings
from tests.scheduler import real_ray
from tests.scheduler.fake_ray import FakeRay
from tests.scheduler.ray_backends import (
    is_over,
    is_running,
    is_waiting,
    launch_repeatedly,
    python,
    ray_backend,
    status,
    until,
)

OpenBackend = Callable[[], AbstractContextManager[Backend]]
"""Opens the backend of a scheduler that was just started, each time on the same folder."""


@pytest.fixture(scope="module")
def real() -> Iterator[real_ray.RealRay]:
    if not real_ray.RAY.exists():
        pytest.skip(real_ray.WHY_NOT)
    cluster = real_ray.RealRay(cpus=4)
    yield cluster
    cluster.kill()


@pytest.fixture(params=["local", "stand-in", "ray"])
def open_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenBackend]:
    with backend_opener(request.param, request, tmp_path) as open_backend:
        yield open_backend


@pytest.fixture(params=["local", "stand-in", pytest.param("ray", marks=pytest.mark.thorough)])
def open_quick_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenBackend]:
    """Opens the same backends, but a real Ray, whose jobs take seconds to begin, only in the thorough run."""
    with backend_opener(request.param, request, tmp_path) as open_backend:
        yield open_backend


@contextmanager
def backend_opener(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[OpenBackend]:
    if kind == "local":
        yield lambda: local_backend(folder)
    elif kind == "stand-in":
        (folder / "ray").mkdir()
        with FakeRay(folder / "ray") as fake:
            yield lambda: ray_backend(fake.address, folder / "runs")
    else:
        cluster = request.getfixturevalue("real")
        yield lambda: ray_backend(cluster.address, folder / "runs")


@contextmanager
def local_backend(folder: Path) -> Iterator[LocalBackend]:
    settings = SchedulerSettings(_env_file=None, state_dir=folder)  # type: ignore[call-arg]
    yield LocalBackend(settings, lambda held: GpuCapacity(0))


@pytest.fixture
def run_id(request: pytest.FixtureRequest) -> str:
    """Returns an id of its own: a cluster remembers those of other tests."""
    return f"r{time.time_ns()}"


def test_a_program_gets_its_arguments_variables_and_directory_unchanged(
    open_backend: OpenBackend, run_id: str, tmp_path: Path
) -> None:
    code = "import os, sys, json; print(json.dumps([sys.argv[1:], os.environ['GIVEN'], os.getcwd()]))"
    hostile = ["$(touch pwned)", "`id`", 'it\'s "so"', "; ls", "--x", "~", "é", ""]
    launch = python(
        code, *hostile, run_id=run_id, environment={**os.environ, "GIVEN": "a $HOME ${NIX} 'b'"}, directory=tmp_path
    )
    with open_backend() as backend:
        assert until(backend, lambda found: not isinstance(found, ClewError), run_id) == Absent()
        launch_repeatedly(backend, launch)
        backend.launch(launch)
        found = until(backend, is_over, run_id)
        assert (found.exit_code, found.signal, found.failure, found.was_stopped) == (0, None, None, False)
        assert abs(found.at_ms / 1000 - time.time()) < 20
        tail = backend.log_tail(run_id)
        assert repr(eval(next(one for one in tail if one.startswith("[[")))) == repr(
            [hostile, "a $HOME ${NIX} 'b'", str(tmp_path)]
        )
        assert not (tmp_path / "pwned").exists()
        assert sum(one.startswith("[[") for one in backend.log(run_id, 1).part(None, 1000).lines) == 1
        assert b"pwned" in b"".join(backend.log(run_id, 1).whole())
        assert backend.log(run_id, 1).search("PWNED", None).lines


@pytest.mark.parametrize(
    ("code", "exit_code", "signal"),
    [("raise SystemExit(3)", 3, None), ("import os; os.kill(os.getpid(), 9)", None, "SIGKILL")],
)
def test_a_failed_program_is_reported_with_its_exit_code_or_signal(
    open_quick_backend: OpenBackend, run_id: str, code: str, exit_code: int | None, signal: str | None
) -> None:
    with open_quick_backend() as backend:
        launch_repeatedly(backend, python(code, run_id=run_id))
        found = until(backend, is_over, run_id)
    assert (found.exit_code, found.signal, found.was_stopped) == (exit_code, signal, False)


def test_a_command_that_is_no_program_ends_as_failed(open_quick_backend: OpenBackend, run_id: str) -> None:
    with open_quick_backend() as backend:
        launch_repeatedly(backend, Launch(run_id, 1, ["no-such-program", "--x"], {}, ResourceRequest()))
        found = until(backend, is_over, run_id)
    assert isinstance(found, Exited)
    assert found.failure is not None or found.exit_code == 127


def test_a_program_finds_its_request_in_a_file(open_quick_backend: OpenBackend, run_id: str) -> None:
    launch = Launch(
        run_id,
        1,
        [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", REQUEST_FILE],
        {},
        ResourceRequest(),
        values={"a": 1},
    )
    with open_quick_backend() as backend:
        launch_repeatedly(backend, launch)
        until(backend, is_over, run_id)
        messages = [json.loads(line) for line in backend.log_tail(run_id) if line.startswith("{")]
        assert [(one["values"], one["checkpoint"]) for one in messages] == [({"a": 1}, None)]


# The keeper outlives the scheduler that started it, whose handle of it is lost.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stopped_program_exports_first_even_after_a_scheduler_restart(open_backend: OpenBackend, run_id: str) -> None:
    code = (
        "import sys, time\ntry:\n    print('up'); time.sleep(60)\nexcept KeyboardInterrupt:\n"
        "    time.sleep(0.5); print('exported'); sys.exit(130)"
    )
    with open_backend() as backend:
        launch_repeatedly(backend, python(code, run_id=run_id))
        until(backend, is_running, run_id)
    with open_backend() as backend:  # the scheduler was killed, and started again
        until(backend, lambda found: is_running(found) and "up" in backend.log(run_id, 1).part(None, 50).lines, run_id)
        backend.stop(run_id, 1, "ada")
        backend.stop(run_id, 1, "ada")
    with open_backend() as backend:
        found = until(backend, is_over, run_id)
        assert (found.was_stopped, found.stopped_by) == (True, "ada")
        assert "exported" in backend.log_tail(run_id)


def test_a_training_never_launched_is_absent(open_backend: OpenBackend, run_id: str) -> None:
    with open_backend() as backend:
        assert until(backend, is_over, run_id) == Absent()


def test_a_new_node_runs_the_waiting_job_and_a_dead_cluster_is_unavailable(
    real: real_ray.RealRay, tmp_path: Path
) -> None:
    """One job waits for a GPU until a node with one joins; then the whole cluster goes down."""
    with ray_backend(real.address, tmp_path) as backend:
        code = "import os, time; print('gpus', os.environ.get('CUDA_VISIBLE_DEVICES')); time.sleep(60)"
        launch_repeatedly(backend, python(code, run_id="for-a-gpu", needs=ResourceRequest(1, 1)))
        launch_repeatedly(backend, python("import time; time.sleep(60)", run_id="too-large", needs=ResourceRequest(9)))
        waiting = until(backend, is_waiting_for_room, "for-a-gpu")
        assert "waiting for resources" in str(waiting.reason)
        real.add_node(gpus=1)
        until(backend, lambda _: "gpus 0" in backend.log("for-a-gpu", 1).part(None, 9).lines, "for-a-gpu")
        assert is_running(status(backend, "for-a-gpu"))
        backend.stop("too-large", 1, None)
        assert is_waiting(until(backend, is_waiting, "too-large"))
        real.kill()
        for run_id in ("for-a-gpu", "too-large"):
            until(backend, lambda found: isinstance(found, ServiceUnavailable), run_id)


@pytest.mark.thorough
@pytest.mark.skipif(not real_ray.RAY.exists(), reason=real_ray.WHY_NOT)
def test_jobs_wait_for_room_in_a_real_cluster_and_are_lost_in_its_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray fails a job without room for 15 minutes, here 6 s; a job lost in a restart is reported as lost or
    stopped."""
    monkeypatch.setenv("RAY_JOB_START_TIMEOUT_SECONDS", "6")
    cluster = real_ray.RealRay(cpus=1)
    try:
        with ray_backend(cluster.address, tmp_path) as backend:
            for run_id, needs in (("waits", 2), ("stopped", 9), ("runs", 1)):
                launch_repeatedly(
                    backend, python("import time; time.sleep(600)", run_id=run_id, needs=ResourceRequest(needs))
                )
            until(backend, is_running, "runs")
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline:
                assert is_waiting(status(backend, "waits"))
                time.sleep(0.02)
            cluster.add_node(gpus=0, cpus=2)
            until(backend, is_running, "waits")
            backend.stop("stopped", 1, None)
        cluster.kill()
        cluster = real_ray.RealRay(cpus=1)
        with ray_backend(cluster.address, tmp_path) as backend:
            for run_id in ("waits", "runs"):
                assert until(backend, is_over, run_id) == Lost()
            assert until(backend, is_over, "stopped") == Lost(was_stopped=True)
    finally:
        cluster.kill()


def is_waiting_for_room(found: object) -> bool:
    return isinstance(found, Pending) and "waiting for" in str(found.reason)
