"""The time of another process is counted by its own computing, as far as the clock allows that."""

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from concurrency import process_deadline
from concurrency.process_deadline import ProcessDeadline

Start = Callable[[str], "subprocess.Popen[bytes]"]
BUSY, IDLE = "while True: pass", "import time; time.sleep(600)"


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-Sc", f"print(flush=True)\n{code}"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for_the_end(deadline: ProcessDeadline) -> float:
    """Returns after how many seconds the deadline had passed."""
    began = time.monotonic()
    while (left := deadline.left()) > 0:
        time.sleep(left)
    return time.monotonic() - began


def test_a_busy_process_has_its_time_and_no_more(start: Start) -> None:
    process = start(BUSY)
    before = process_deadline._computed_by(process.pid)
    wait_for_the_end(ProcessDeadline(process.pid, 0.5))
    after = process_deadline._computed_by(process.pid)
    assert before is not None
    assert after is not None
    assert after - before >= 0.45


def test_a_suspended_process_has_all_of_its_time_left(start: Start) -> None:
    process = start(BUSY)
    process.send_signal(signal.SIGSTOP)
    deadline = ProcessDeadline(process.pid, 0.2)
    time.sleep(0.6)
    assert deadline.left() > 0.1
    process.send_signal(signal.SIGCONT)
    wait_for_the_end(deadline)


def test_a_process_that_only_waits_is_late_by_the_clock(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_deadline, "_AT_LEAST_SECONDS", 0.5)
    process = start(IDLE)
    assert wait_for_the_end(ProcessDeadline(process.pid, 0.1)) >= 0.4
    assert wait_for_the_end(ProcessDeadline(process.pid, 0.4)) >= 1.1


def test_a_process_that_ended_has_no_time_left(start: Start) -> None:
    process = start(IDLE)
    deadline = ProcessDeadline(process.pid, 0.05)
    process.kill()
    process.wait()
    time.sleep(0.1)
    assert deadline.left() == 0


def test_a_process_that_ended_is_not_called_late_while_its_child_holds_its_pipe(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_deadline, "_CLOSING_SECONDS", 60.0)
    process = start("import os, time\ntime.sleep(600 if os.fork() else 2)")
    deadline = ProcessDeadline(process.pid, 0.05)
    time.sleep(0.5)  # it has forked by then
    process.kill()
    process.wait()
    assert process.stdout is not None
    assert deadline.can_use(process.stdout.fileno(), select.POLLIN)


def test_the_limit_that_ended_it_is_named(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_deadline, "_AT_LEAST_SECONDS", 60.0)
    computing, waiting = start(BUSY), start(IDLE)
    deadline = ProcessDeadline(computing.pid, 0.5)
    wait_for_the_end(deadline)
    assert str(deadline.limit) == "0.5 s of computing"
    monkeypatch.setattr(process_deadline, "_AT_LEAST_SECONDS", 2.0)
    deadline = ProcessDeadline(waiting.pid, 0.5)
    wait_for_the_end(deadline)
    assert str(deadline.limit) == "2 s by the clock"


def test_nothing_lasts_beyond_the_moment_that_ends_all(start: Start) -> None:
    process = start(IDLE)
    deadline = ProcessDeadline(process.pid, 600, ends=time.monotonic() + 0.5)
    assert wait_for_the_end(deadline) < 60
    assert "by the clock" in str(deadline.limit)
    assert ProcessDeadline(process.pid, 600, ends=time.monotonic() - 1).left() == 0


def test_without_a_free_descriptor_the_time_is_not_over(start: Start) -> None:
    """Its computing cannot be read then, and a process of which that is not known is not taken for a slow one."""
    process = start(IDLE)
    early = ProcessDeadline(process.pid, 0.1)
    with no_free_descriptor():
        late = ProcessDeadline(process.pid, 0.1)
        time.sleep(0.2)
        assert early.left() > 0
        assert late.left() > 0
    assert 0 < early.left() <= 0.1
    assert 0 < late.left() <= 0.1


@contextmanager
def no_free_descriptor() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
