"""Many simultaneous callers share an answer, and none gets one from before its request."""

import threading

import pytest

from concurrency.single_flight import SingleFlight
from domain.errors import ServiceUnavailable
from domain.errors.connections import ConnectionRefused


def test_each_answer_is_newer_than_its_request() -> None:
    answers, calls = SingleFlight[int]("question"), 0

    def count_call() -> int:
        nonlocal calls
        calls += 1
        return calls

    assert [answers.get("a", count_call) for _ in range(3)] == [1, 2, 3]


def test_waiting_callers_share_the_next_answer() -> None:
    answers, calls, found = SingleFlight[int]("question"), 0, list[int]()
    has_begun, may_end = threading.Event(), threading.Event()

    def count_call() -> int:
        nonlocal calls
        calls += 1
        has_begun.set()
        may_end.wait(40)
        return calls

    threads = [threading.Thread(target=lambda: found.append(answers.get("a", count_call))) for _ in range(8)]
    threads[0].start()
    has_begun.wait(40)
    for thread in threads[1:]:
        thread.start()
    while sum(thread.is_alive() for thread in threads) < 8:
        pass
    assert answers.get("another", lambda: 7) == 7
    may_end.set()
    for thread in threads:
        thread.join(40)
    assert sorted(found) == [1] + [2] * 7


def test_a_failure_is_not_kept_for_the_next_caller() -> None:
    answers = SingleFlight[int]("question")

    def fail() -> int:
        raise ConnectionRefused("Clew")

    with pytest.raises(ServiceUnavailable):
        answers.get("a", fail)
    assert answers.get("a", lambda: 1) == 1
