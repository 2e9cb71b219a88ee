"""Faults of programs and of their keepers, while training and stopping: each gets its true end, and none survives."""

import signal
import time
from collections.abc import Callable

import psutil
import pytest

from tests.scheduler.service import OVER, Service

_SUSPENDED_SECONDS = 30.0
ProcessesOf = Callable[[Service, str], list[psutil.Process]]


def program(service: Service, run_id: str) -> list[psutil.Process]:
    return [service.program(run_id)]


def keeper(service: Service, run_id: str) -> list[psutil.Process]:
    return [service.keeper(run_id)]


def both(service: Service, run_id: str) -> list[psutil.Process]:
    """Returns the keeper and the program, the keeper first: killed later, it may still record how its program ended."""
    return [*keeper(service, run_id), *program(service, run_id)]


def start_training_and_stopping(service: Service, *, seconds: float) -> tuple[str, str]:
    """Starts a training that runs, and one that is being stopped slowly; returns their run ids."""
    training = service.start(trainer="sleeper", seconds=seconds)
    stopping = service.start(trainer="sleeper", seconds=600.0, manners="slow")
    for run_id in (training, stopping):
        service.written(run_id, "began")
    service.post("stop", run_id=stopping)
    service.written(stopping, "exports")
    return training, stopping


def code_of(service: Service, run_id: str, state: str) -> str:
    known = service.until(run_id, *OVER)
    assert known["state"] == state
    service.until_gone(run_id)
    return str((known["reason"] or {}).get("code"))


@pytest.mark.parametrize(("processes_of", "reason"), [(program, "ended-by-signal"), (keeper, "lost"), (both, "lost")])
def test_a_killed_program_or_keeper_ends_its_training_with_the_reason(
    service: Service, processes_of: ProcessesOf, reason: str
) -> None:
    training, stopping = start_training_and_stopping(service, seconds=600)
    for run_id in (training, stopping):
        for process in processes_of(service, run_id):
            process.kill()
    assert code_of(service, training, "failed") == reason
    assert code_of(service, stopping, "killed") == "stopped"


@pytest.mark.thorough
@pytest.mark.parametrize("processes_of", [program, keeper, both])
def test_a_suspended_program_continues_or_is_killed_if_it_was_being_stopped(
    service: Service, processes_of: ProcessesOf
) -> None:
    training, stopping = start_training_and_stopping(service, seconds=5)
    still = [*processes_of(service, training), *processes_of(service, stopping)]
    for process in still:
        process.suspend()
    deadline = time.monotonic() + _SUSPENDED_SECONDS
    while time.monotonic() < deadline:
        assert service.state(training) == "training"
        time.sleep(0.5)
    assert service.state(stopping) == ("killed" if processes_of is program else "stopping")
    for process in still:
        if process.is_running():
            process.send_signal(signal.SIGCONT)
    assert code_of(service, training, "done") == "None"
    assert code_of(service, stopping, "killed") == "stopped"
