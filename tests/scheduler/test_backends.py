"""The contract of a place where trainings run: this machine, Ray's stand-in, and a real Ray where it is installed."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from domain.trainings.maze.form import REQUEST_FILE
from scheduler.backends.backend import Absent, Backend, Exited, GpuRoom, Launch, Lost, Needs
from scheduler.local.local_backend import LocalBackend
from scheduler.settings import SchedulerSettings
from tests.scheduler import real_ray
from tests.scheduler.fake_ray import FakeRay
from tests.scheduler.ray_place import is_over, is_running, is_waiting, python, ray_backend, status, until

Place = Callable[[], AbstractContextManager[Backend]]
"""A backend as a scheduler has it that was just started; each time on the same folder."""


@pytest.fixture(scope="module")
def real() -> Iterator[real_ray.RealRay]:
    if not real_ray.RAY.exists():
        pytest.skip(real_ray.WHY_NOT)
    cluster = real_ray.RealRay(cpus=4)
    yield cluster
    cluster.kill()


@pytest.fixture(params=["local", "stand-in", "ray"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "local":
        yield lambda: local(tmp_path)
    elif request.param == "stand-in":
        (tmp_path / "ray").mkdir()
        with FakeRay(tmp_path / "ray") as fake:
            yield lambda: ray_backend(fake.address, tmp_path / "runs")
    else:
        cluster = request.getfixturevalue("real")
        yield lambda: ray_backend(cluster.address, tmp_path / "runs")


@contextmanager
def local(folder: Path) -> Iterator[LocalBackend]:
    settings = SchedulerSettings(_env_file=None, state_dir=folder)  # type: ignore[call-arg]
    yield LocalBackend(settings, lambda held: GpuRoom(0))


@pytest.fixture
def run_id(request: pytest.FixtureRequest) -> str:
    """Of its own: a cluster remembers those of other tests."""
    return f"r{time.time_ns()}"


def test_what_runs_finds_what_it_was_given_and_ends_well(place: Place, run_id: str, tmp_path: Path) -> None:
    code = "import os, sys, json; print(json.dumps([sys.argv[1:], os.environ['GIVEN'], os.getcwd()]))"
    hostile = ["$(touch pwned)", "`id`", 'it\'s "so"', "; ls", "--x", "~", "é", ""]
    launch = python(
        code, *hostile, run_id=run_id, environment={**os.environ, "GIVEN": "a $HOME ${NIX} 'b'"}, directory=tmp_path
    )
    with place() as backend:
        assert status(backend, run_id) in (Absent(), status(backend, run_id))
        backend.launch(launch)
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
def test_the_exit_code_decides(place: Place, run_id: str, code: str, exit_code: int | None, signal: str | None) -> None:
    with place() as backend:
        backend.launch(python(code, run_id=run_id))
        found = until(backend, is_over, run_id)
    assert (found.exit_code, found.signal, found.was_stopped) == (exit_code, signal, False)


def test_what_is_no_program_ends_badly(place: Place, run_id: str) -> None:
    with place() as backend:
        backend.launch(Launch(run_id, 1, ["no-such-program", "--x"], {}, Needs()))
        found = until(backend, is_over, run_id)
    assert isinstance(found, Exited)
    assert found.failure is not None or found.exit_code == 127


def test_a_request_lies_in_its_file(place: Place, run_id: str) -> None:
    launch = Launch(
        run_id,
        1,
        [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", REQUEST_FILE],
        {},
        Needs(),
        values={"a": 1},
    )
    with place() as backend:
        backend.launch(launch)
        until(backend, is_over, run_id)
        assert '{"values":{"a":1},"checkpoint":null}' in backend.log_tail(run_id)


# The keeper outlives the scheduler that started it, whose handle of it goes.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_is_stopped_exports_first_whoever_watches_by_then(place: Place, run_id: str) -> None:
    code = (
        "import sys, time\ntry:\n    print('up'); time.sleep(60)\nexcept KeyboardInterrupt:\n"
        "    time.sleep(0.5); print('exported'); sys.exit(130)"
    )
    with place() as backend:
        backend.launch(python(code, run_id=run_id))
        until(backend, is_running, run_id)
    with place() as backend:  # the scheduler was killed, and started again
        until(backend, lambda found: is_running(found) and "up" in backend.log(run_id, 1).part(None, 50).lines, run_id)
        backend.stop(run_id, 1, "ada")
        backend.stop(run_id, 1, "ada")
    with place() as backend:
        found = until(backend, is_over, run_id)
        assert found.was_stopped
        assert "exported" in backend.log_tail(run_id)


def test_what_nobody_launched_is_absent(place: Place, run_id: str) -> None:
    with place() as backend:
        assert until(backend, is_over, run_id) == Absent()


@pytest.mark.skipif(not real_ray.RAY.exists(), reason=real_ray.WHY_NOT)
def test_a_real_cluster_places_queues_and_is_lost(tmp_path: Path) -> None:
    """One job waits for a GPU until a node with one joins; then all of the cluster goes down, and comes back."""
    cluster = real_ray.RealRay(cpus=1)
    try:
        with ray_backend(cluster.address, tmp_path / "runs") as backend:
            code = "import os, time; print('gpus', os.environ.get('CUDA_VISIBLE_DEVICES')); time.sleep(60)"
            backend.launch(python(code, run_id="r1", needs=Needs(1, 1)))
            backend.launch(python("import time; time.sleep(60)", run_id="r2"))
            backend.launch(python("import time; time.sleep(60)", run_id="r3", needs=Needs(2)))
            until(backend, is_running, "r2")
            waiting = until(backend, is_waiting, "r1")
            assert "waiting for resources" in str(waiting.reason)
            cluster.add_node(gpus=1)
            until(
                backend,
                lambda found: (
                    is_running(found) and any("gpus 0" in one for one in backend.log("r1", 1).part(None, 9).lines)
                ),
                "r1",
                seconds=40,
            )
            backend.stop("r3", 1, None)
            backend.stop("r2", 1, None)
            assert until(backend, is_over, "r2").was_stopped
            cluster.kill()
            until(backend, lambda found: isinstance(found, Exception), "r1", seconds=30)
        again = real_ray.RealRay(cpus=1)
        try:
            with ray_backend(again.address, tmp_path / "runs") as backend:
                assert until(backend, is_over, "r1") == Lost()
                assert until(backend, is_over, "r3") == Lost(was_stopped=True)
        finally:
            again.kill()
    finally:
        cluster.kill()
