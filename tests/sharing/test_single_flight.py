"""Work that many request is done once, in the background, and all get its result.

tests/unit/test_fresh_answers.py checks that an answer is never older than its request.
"""

import logging
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from concurrency.single_flight import SingleFlight, has_ended
from concurrency.worker_pool import DaemonPool
from domain.errors import ServiceUnavailable
from domain.errors.services import UnavailableBecause
from domain.messages import Text

ROOT = Path(__file__).parents[2]


class Work:
    """Counts how often it is begun, and ends when released."""

    def __init__(self) -> None:
        self.begun = 0
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.begun += 1
        self.has_begun.set()
        assert self.may_end.wait(40)
        return self.begun


def test_all_callers_that_join_share_one_execution() -> None:
    flights, work = SingleFlight[int]("work"), Work()
    barrier, joined = threading.Barrier(20), list[Future[int]]()

    def join() -> None:
        barrier.wait(40)
        joined.append(flights.join("key", work))

    threads = [threading.Thread(target=join) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert flights.join("another", lambda: 7).result(40) == 7  # which waits for no other call
    assert not has_ended(joined[0], 0.05)
    work.may_end.set()
    assert [future.result(40) for future in joined] == [1] * 20


def test_a_call_after_the_end_starts_again() -> None:
    flights = SingleFlight[object]("work")
    assert len({flights.join("key", object).result(40) for _ in range(50)}) == 50


def test_callers_of_fresh_share_the_next_execution_of_the_last_callers_work() -> None:
    flights, work = SingleFlight[int]("work"), Work()
    first = flights.fresh("key", work)
    assert work.has_begun.wait(40)
    late = [flights.fresh("key", lambda number=number: 100 + number) for number in range(5)]
    joined = flights.join("key", lambda: -1)
    work.may_end.set()
    assert (first.result(40), joined.result(40)) == (1, 1)
    assert [future.result(40) for future in late] == [104] * 5


def test_a_queued_execution_counts_as_fresh() -> None:
    pool, work = DaemonPool(1, "pool"), Work()
    flights = SingleFlight[int]("work", start=pool.submit)
    flights.join("first", work)
    assert work.has_begun.wait(40)
    waiting = flights.join("second", lambda: 1)
    assert flights.fresh("second", lambda: 2) is waiting
    work.may_end.set()
    assert waiting.result(40) == 2


def test_an_error_reaches_all_waiting_callers_and_no_later_one() -> None:
    flights, may_end = SingleFlight[int]("work"), threading.Event()

    def fail() -> int:
        may_end.wait(40)
        raise UnavailableBecause("MLflow", Text("is away"))

    waiting = [flights.join("key", fail) for _ in range(3)]
    may_end.set()
    for future in waiting:
        with pytest.raises(ServiceUnavailable):
            future.result(40)
    assert flights.get("key", lambda: 1) == 1


def test_an_unexpected_error_is_logged_and_raised(caplog: pytest.LogCaptureFixture) -> None:
    flights = SingleFlight[int]("work")
    with pytest.raises(RecursionError):
        flights.get("key", lambda: (_ for _ in ()).throw(RecursionError("odd")))
    assert "odd" in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_results_are_kept_for_their_keep_time_and_errors_are_not() -> None:
    flights = SingleFlight[object]("work", keep_seconds=lambda error: 3000.0 if error is None else 0.0)
    assert flights.join("key", object).result(40) is flights.join("key", object).result(40)
    assert flights.get("key", object) is not flights.get("key", object)
    with pytest.raises(ServiceUnavailable):
        flights.join("other", lambda: (_ for _ in ()).throw(UnavailableBecause("Clew", Text("is away")))).result(40)
    assert flights.join("other", lambda: 1).result(40) == 1


def test_a_caller_tries_again_after_a_thread_could_not_start() -> None:
    threads: list[bool] = []

    def start(run: object) -> None:
        threads.append(True)
        if len(threads) == 1:
            raise RuntimeError("can't start new thread")
        threading.Thread(target=run, daemon=True).start()  # type: ignore[arg-type]

    flights = SingleFlight[int]("work", start=start)
    with pytest.raises(RuntimeError):
        flights.join("key", lambda: 1)
    assert flights.join("key", lambda: 1).result(40) == 1


def test_no_caller_gets_a_result_older_than_its_request() -> None:
    flights, clock, lock, stale = SingleFlight[int]("work"), [0], threading.Lock(), list[int]()

    def tick() -> int:
        with lock:
            clock[0] += 1
            return clock[0]

    def ask(key: int) -> None:
        for _ in range(100):
            requested_at = tick()
            if (answer := flights.get(key, tick)) <= requested_at:
                stale.append(answer)

    threads = [threading.Thread(target=ask, args=(number % 3,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert stale == []


HANGS = """
import threading
from concurrency.single_flight import SingleFlight
from concurrency.worker_pool import DaemonPool
begun = threading.Event()
def hang():
    begun.set()
    threading.Event().wait()
SingleFlight("work").join("key", hang)
begun.wait()
DaemonPool(1, "pool").submit(hang)
print("over")
"""


def test_running_work_does_not_delay_the_end_of_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "over\n")


def test_a_pool_whose_thread_could_not_start_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    start, refused = threading.Thread.start, iter([True])

    def sometimes(thread: threading.Thread) -> None:
        if thread.name == "work-1" and next(refused, False):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", sometimes)
    pool = DaemonPool(2, "work")
    with pytest.raises(RuntimeError, match="new thread"):
        pool.submit(lambda: None)
    pool.submit(lambda: None).result(40)
