"""The process that forks environments keeps to the time of its caller, and goes on for all others."""

import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from domain.errors.services import StartFailed
from domain.messages import as_json
from environments.fork_server import ForkServer


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


def process_of(pid: int) -> psutil.Process:
    """Returns the process that forked `pid`."""
    parent = psutil.Process(pid).parent()
    assert parent is not None
    return parent


def test_a_start_ends_with_its_callers_time_and_the_environments_of_others_go_on(server: ForkServer) -> None:
    first, connection = server.start()
    process = process_of(first)
    process.suspend()
    with pytest.raises(StartFailed, match=r"could not start \(no answer within 0.5 s by the clock\)") as failed:
        server.start(time.monotonic() + 0.5)
    assert as_json(failed.value)["params"]["reason"]["code"] == "no-answer-within"
    process.resume()
    second, other = server.start(time.monotonic() + 60)
    assert process_of(second) == process == process_of(first)
    third, last = server.start()
    assert len({first, second, third}) == 3
    assert server.end(first, at_once=True) is not None
    for one in (connection, other, last):
        one.close()


def test_a_start_does_not_wait_longer_for_its_turn(server: ForkServer) -> None:
    first, connection = server.start()
    process = process_of(first)
    process.suspend()
    waiting = threading.Thread(target=lambda: server.start()[1].close())
    waiting.start()
    while not server._lock.locked():
        time.sleep(0.01)
    with pytest.raises(StartFailed, match=r"no answer within 0.5 s by the clock"):
        server.start(time.monotonic() + 0.5)
    process.resume()
    waiting.join()
    connection.close()
