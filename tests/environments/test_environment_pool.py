"""The pool has a fixed size, is fair, frees memory; and no process outlives the one that needs it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from concurrency import process_deadline
from domain.environments.source import EnvironmentSource
from domain.errors import ServiceUnavailable
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentsBusy
from environments import fork_server
from environments.known import KnownEnvironments
from environments.pool import EnvironmentPool, PooledEnvironment

CARTPOLE = EnvironmentSource(env_id="CartPole-v1")
ACROBOT = EnvironmentSource(env_id="Acrobot-v1")


@pytest.fixture
def pool() -> Iterator[EnvironmentPool]:
    pool = EnvironmentPool(KnownEnvironments(), most=3, idle_seconds=1)
    yield pool
    pool.close()


def runs(pid: int | None) -> bool:
    """Returns whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def play_on(environment: PooledEnvironment) -> None:
    while True:
        environment.reset(0)


def test_places_in_the_pool_are_shared_fairly_and_idle_processes_end(pool: EnvironmentPool) -> None:
    kept = [pool.take(CARTPOLE, "ann") for _ in range(3)]
    with pytest.raises(EnvironmentsBusy, match="3 environments are already in use"):
        pool.take(CARTPOLE, "ann")
    for one in kept[1:]:
        one.reset(0)
    bobs = pool.take(ACROBOT, "bob")  # ann has two more than bob: her least recently used one ends
    with pytest.raises(EnvironmentsBusy):
        kept[0].reset(0)
    assert kept[1].step(0).reward == 1

    pid = kept[1].own.pid
    kept[1].close()
    again = pool.take(CARTPOLE, "cid")
    assert again.own.pid == pid
    again.reset(1)
    again.close()
    bobs.close()
    # An idle place is given to a newcomer, and one that is idle for too long ends by itself.
    pool.take(EnvironmentSource(env_id="Pendulum-v1"), "dan").reset(0)
    deadline = time.monotonic() + 60
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)
    assert kept[2].step(0).reward == 1


def test_after_the_forking_process_is_killed_the_next_environment_starts(pool: EnvironmentPool) -> None:
    first = pool.take(CARTPOLE)
    pid = first.own.pid
    assert pid is not None
    parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    with pytest.raises((EnvironmentFailed, ServiceUnavailable)):
        play_on(first)
    first.close()
    assert pool.take(CARTPOLE).reset(0)["observation"].shape == (4,)
    assert not runs(pid)


def test_no_process_outlives_a_killed_program() -> None:
    program = (
        "import sys, time\n"
        "from domain.environments.source import EnvironmentSource\n"
        "from environments.gymnasium_process import GymnasiumProcess\n"
        "from environments.known import KnownEnvironments\n"
        "one = GymnasiumProcess(EnvironmentSource(env_id='CartPole-v1'), KnownEnvironments())\n"
        "sys.stdout.write(f'{one.pid}\\n'); sys.stdout.flush(); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        process.kill()
    deadline = time.monotonic() + 60
    while (runs(pid) or runs(parent)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)
    assert not runs(parent)


def test_a_forking_process_that_hardly_runs_is_waited_for(
    pool: EnvironmentPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine: the environments of all viewers would end with it."""
    monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 3.0)
    monkeypatch.setattr(process_deadline, "_AT_LEAST_SECONDS", 90.0)
    first = pool.take(CARTPOLE, "ann")
    first.reset(0)
    server = psutil.Process(first.own.pid).parent()
    assert server is not None
    server.suspend()
    resumed = threading.Timer(4, server.resume)
    resumed.start()
    second = pool.take(ACROBOT, "bob")
    resumed.join()
    second.reset(0)
    assert first.step(0).reward == 1


def test_a_forking_process_that_never_answers_is_replaced(
    pool: EnvironmentPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pool.take(CARTPOLE, "ann")
    monkeypatch.setattr(process_deadline, "_AT_LEAST_SECONDS", 1.0)
    monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 0.1)
    server = psutil.Process(first.own.pid).parent()
    assert server is not None
    server.suspend()
    with pytest.raises(ServiceUnavailable, match=r"could not start \(no answer within 1 s by the clock\)"):
        pool.take(ACROBOT, "bob")
    monkeypatch.undo()
    pool.take(ACROBOT, "bob").reset(0)
