"""A dead service gets one caller's requests at a time; a slow or failing one is not dead."""

import threading
import time
from collections.abc import Iterator

import pytest

from domain.errors import ServiceUnavailable
from domain.errors.connections import ConnectionRefused, NotAsked, OutcomeUnknown, TimedOut
from tests.misbehaving import ERROR_500, HANG, Misbehaving, eventually
from transport import circuit_breaker
from transport.circuit_breaker import OPENS_AFTER, PATIENT_SECONDS, PAUSE_SECONDS, CircuitBreaker
from transport.http_client import JsonService

HEALTHY = (200, b"{}", "application/json")
VIEWERS = 50


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving("http://127.0.0.1:1") as server:
        server.answer = HEALTHY
        yield server


def service(server: Misbehaving) -> JsonService:
    return JsonService("Oracle", server.address)


def test_fifty_viewers_of_a_hanging_service_wait_only_once(server: Misbehaving) -> None:
    oracle = service(server)
    server.answer = HANG
    first = [FailingCall(oracle, PATIENT_SECONDS + 0.5) for _viewer in range(OPENS_AFTER)]
    for one in first:
        one.join()
    assert [str(one.error) for one in first] == ["Oracle: did not answer in time"] * OPENS_AFTER
    before, began = len(server.requests), time.monotonic()
    viewers = [FailingCall(oracle, PATIENT_SECONDS + 0.5) for _viewer in range(VIEWERS)]
    for viewer in viewers:
        viewer.join()
    assert all(isinstance(viewer.error, NotAsked) for viewer in viewers)
    assert len(server.requests) == before
    assert time.monotonic() - began < PATIENT_SECONDS
    time.sleep(max(0.0, began + PAUSE_SECONDS - time.monotonic()))
    viewers = [FailingCall(oracle, 1.0) for _viewer in range(VIEWERS)]
    for viewer in viewers:
        viewer.join()
    assert len(server.requests) == before + 1
    assert sum(isinstance(viewer.error, NotAsked) for viewer in viewers) == VIEWERS - 1
    # One of them finds that it is back, and then it is for all.
    server.answer = HEALTHY
    eventually(lambda: oracle.call("GET", "/") == {})
    assert [oracle.call("GET", "/") for _viewer in range(3)] == [{}] * 3


def test_missing_files_do_not_block_other_requests(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "PATIENT_SECONDS", 0.1)
    oracle, limits = service(server), {"params": {}, "most_bytes": 100, "deadline_seconds": 0.3}
    server.answer = HANG
    for _file in range(OPENS_AFTER):
        with pytest.raises(TimedOut):
            oracle.download("/file", **limits)
    with pytest.raises(NotAsked):
        oracle.download("/file", **limits)
    server.answer = HEALTHY
    assert oracle.call("GET", "/") == {}
    server.answer = HANG
    for _call in range(OPENS_AFTER):
        with pytest.raises(TimedOut):
            oracle.call("GET", "/", deadline_seconds=0.3)
    with pytest.raises(NotAsked):
        oracle.call("GET", "/")


def test_a_write_that_was_never_sent_has_a_known_outcome() -> None:
    oracle = JsonService("Oracle", "http://127.0.0.1:1")
    for _call in range(OPENS_AFTER + 1):
        with pytest.raises(ServiceUnavailable) as caught:
            oracle.call("POST", "/", writes=True)
        assert not isinstance(caught.value, OutcomeUnknown)
    assert isinstance(caught.value, NotAsked)


@pytest.mark.parametrize(("answer", "seconds"), [(ERROR_500, 60.0), (HANG, 1.0)], ids=["errors", "impatience"])
def test_errors_and_short_deadlines_do_not_open_the_circuit(
    server: Misbehaving, answer: object, seconds: float
) -> None:
    oracle = service(server)
    server.answer = answer  # type: ignore[assignment]
    for _call in range(2 * OPENS_AFTER):
        with pytest.raises(ServiceUnavailable) as caught:
            oracle.call("GET", "/", deadline_seconds=seconds)
        assert not isinstance(caught.value, NotAsked)
    eventually(lambda: len(server.requests) == 2 * OPENS_AFTER)


def test_a_response_to_another_caller_keeps_the_circuit_closed(server: Misbehaving) -> None:
    oracle = service(server)
    server.answer = HANG
    lost = [FailingCall(oracle, PATIENT_SECONDS + 0.5) for _call in range(OPENS_AFTER)]
    eventually(lambda: len(server.requests) == OPENS_AFTER)
    server.answer = HEALTHY
    assert oracle.call("GET", "/") == {}
    for one in lost:
        one.join()
    assert oracle.call("GET", "/") == {}


def test_a_slow_request_blocks_no_other_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transport.circuit_breaker.PAUSE_SECONDS", 2.0)
    circuit = CircuitBreaker("Oracle")
    for _call in range(OPENS_AFTER):
        with pytest.raises(ServiceUnavailable), circuit.call():
            raise ConnectionRefused("Oracle")
    time.sleep(2.1)
    with circuit.call():  # it hangs
        with pytest.raises(NotAsked), circuit.call():
            pass
        time.sleep(2.1)
        with circuit.call():
            pass
        with circuit.call():  # as it is back
            pass


class FailingCall(threading.Thread):
    """Calls `oracle` in its own thread, and stores the error."""

    def __init__(self, oracle: JsonService, seconds: float) -> None:
        super().__init__(daemon=True)
        self.error: ServiceUnavailable | None = None
        self._oracle, self._seconds = oracle, seconds
        self.start()

    def run(self) -> None:
        try:
            self._oracle.call("GET", "/", deadline_seconds=self._seconds)
        except ServiceUnavailable as error:
            self.error = error
