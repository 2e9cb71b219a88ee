"""A backend on Ray, real or fake, and small programs to run there."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.errors import ClewError, ServiceUnavailable
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import RunWrites
from scheduler.backends.backend import Absent, Alive, Backend, Exited, Launch, Lost, Pending, ResourceRequest, Status
from scheduler.ray_jobs.ray_backend import RayBackend
from scheduler.ray_jobs.settings import RayJobsSettings

OVER = (Exited, Lost, Absent)


@contextmanager
def ray_backend(address: str, folder: Path, **settings: Any) -> Iterator[RayBackend]:
    """Opens a backend; opening another one on the same folder simulates a restart."""
    known: dict[str, Any] = {"_env_file": None, "ray_jobs_url": address, "mlflow_tracking_uri": "http://127.0.0.1:9"}
    found = RayJobsSettings(**(known | settings))
    backend = RayBackend(found, folder, RunWrites(MlflowApi.from_settings(found)))
    try:
        yield backend
    finally:
        backend.close()


def python(code: str, *arguments: str, run_id: str = "r1", attempt: int = 1, **more: Any) -> Launch:
    """Returns a launch of a few lines of Python."""
    environment: Mapping[str, str] = more.pop("environment", {})
    return Launch(
        run_id, attempt, [sys.executable, "-uc", code, *arguments], environment, **({"needs": ResourceRequest()} | more)
    )


def launch_repeatedly(backend: Backend, launch: Launch, seconds: float = 60) -> None:
    """Launches as the scheduler does: repeats the request if the outcome is unknown."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return backend.launch(launch)
        except ServiceUnavailable:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def status(backend: Backend, run_id: str = "r1", attempt: int = 1) -> Status | ClewError:
    """Returns the status of a job, or the error why it is unknown."""
    try:
        return backend.poll(run_id, attempt)
    except ClewError as error:
        return error


def until(
    backend: Backend,
    condition: Callable[[Status | ClewError], bool],
    run_id: str = "r1",
    attempt: int = 1,
    seconds: float = 60,
) -> Any:
    """Polls the status of a job until it fulfils `condition`, and returns it."""
    deadline = time.monotonic() + seconds
    while not condition(found := status(backend, run_id, attempt)):
        assert time.monotonic() < deadline, f"still {found!r}"
        time.sleep(0.05)
    return found


def is_running(found: Status | ClewError) -> bool:
    return isinstance(found, Alive) and found.started_ms is not None


def is_waiting(found: Status | ClewError) -> bool:
    return isinstance(found, Pending)


def is_over(found: Status | ClewError) -> bool:
    return isinstance(found, OVER)
