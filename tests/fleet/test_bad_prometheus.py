"""A Prometheus that is away, slow, refuses, or answers nonsense: it is named, bounded, and delays no other request."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import orjson
import pytest

from domain.errors import ClewError, ServiceError
from domain.errors.connections import NotAsked
from domain.fleet.series import Measure, Steps
from domain.fleet.spans import Range, Span
from services.fleet import fleet_histories, prometheus_api
from services.fleet.fleet_histories import FleetHistories
from tests.fleet.prometheus import Prometheus, history_of
from tests.misbehaving import BREAK_OFF, DRIP, HANG, HTML, Answer, Misbehaving, eventually

STEPS = Steps(1_700_000_000_000 // 60_000 * 60_000, 60_000, 10)
LABELS = {"gpu": "0", "uuid": "GPU-1", "host": "a"}


def matrix(*series: object, warnings: tuple[str, ...] = ()) -> Answer:
    body = {"status": "success", "data": {"resultType": "matrix", "result": series}, "warnings": warnings}
    return (200, orjson.dumps(body), "application/json")


def points(*values: object, first: int = 0) -> list[list[object]]:
    return [
        [(STEPS.since_ms + (first + place + 1) * STEPS.step_ms) / 1000, value] for place, value in enumerate(values)
    ]


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving("http://127.0.0.1:1") as server:
        yield server


def failure(server: Misbehaving, answer: Answer | str) -> ServiceError:
    server.answer = answer
    with pytest.raises(ServiceError) as caught:
        history_of(server.address).read(STEPS)
    assert caught.value.status >= 502
    return caught.value


def error(status: int, kind: str, words: str) -> Answer:
    return (status, orjson.dumps({"status": "error", "errorType": kind, "error": words}), "application/json")


def test_each_failure_of_prometheus_has_its_own_message(server: Misbehaving) -> None:
    many = "query processing would load too many samples into memory in query execution"
    assert str(failure(server, error(422, "execution", many))) == f"Prometheus: refused the query (HTTP 422): {many}"
    assert "bad_data" not in str(failure(server, error(400, "bad_data", "parse error")))
    assert "is not JSON (HTTP 200)" in str(failure(server, HTML))
    assert "is not JSON" in str(failure(server, (200, b'{"status": "success", "data": {"resu', "application/json")))
    assert "before the end of its answer" in str(failure(server, BREAK_OFF))
    assert "in time" in str(failure(server, HANG))
    assert "in time" in str(failure(server, DRIP))
    assert "credentials" in str(failure(server, (401, b"who?", "text/plain")))
    assert "HTTP 503: overloaded" in str(failure(server, error(503, "timeout", "overloaded")))
    assert "refused the query (HTTP 404)" in str(failure(server, (404, b"{}", "application/json")))
    vector = {"status": "success", "data": {"resultType": "scalar", "result": [1, "1"]}}
    assert "data.resultType" in str(failure(server, (200, orjson.dumps(vector), "application/json")))
    assert "status" in str(failure(server, (200, b'{"status": "fine"}', "application/json")))
    with pytest.raises(ServiceError, match="refused the connection"):
        history_of("http://127.0.0.1:1").read(STEPS)


def test_an_answer_of_a_gigabyte_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut off by its Content-Length, and by its size where there is none."""
    monkeypatch.setattr(prometheus_api, "MAX_BYTES", 2**20)

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if "announced" in self.path:
                self.send_header("Content-Length", str(2**30))
            self.end_headers()
            try:
                for _ in range(2**14):
                    self.wfile.write(b" " * 2**16)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as endless:
        endless.daemon_threads = True
        threading.Thread(target=endless.serve_forever, args=(0.05,), daemon=True).start()
        for path in ("", "/announced"):
            with pytest.raises(ServiceError, match="longer than 1 MiB"):
                history_of(f"http://127.0.0.1:{endless.server_port}{path}").read(STEPS)
        endless.shutdown()


def test_invalid_series_are_reported_and_hide_no_other(server: Misbehaving) -> None:
    good = {"metric": LABELS, "values": points("10", "NaN", "1e400", "40")}
    odd = [
        {"metric": {"gpu": 7}, "values": []},
        {"metric": LABELS, "values": points("ten")},
        {"metric": LABELS, "values": points("1", first=99)},
        {"metric": LABELS, "values": "none"},
        {"metric": LABELS, "values": [[1]]},
        "no series",
    ]
    server.answer = matrix(*odd, good, warnings=("a store is away",))
    found = history_of(server.address)._api.query_range("up", STEPS)
    ((_labels, values),) = found.series
    assert values[[0, 3]] == pytest.approx([10, 40])
    assert np.isnan(values[[1, 2, *range(4, 10)]]).all()
    sentences = [str(remark) for remark in found.remarks]
    assert any("6 series are left out" in sentence and "series 0, metric.gpu" in sentence for sentence in sentences)
    assert "Prometheus: a store is away" in sentences
    # Other labels: the GPU or the host is unknown.
    server.answer = matrix(
        {"metric": {"job": "x"}, "values": points("1")}, {"metric": {"gpu": "0"}, "values": points("1")}
    )
    assert list(history_of(server.address).read(STEPS).gpus) == []


def test_ten_thousand_series_are_accepted_and_the_excess_is_reported(server: Misbehaving) -> None:
    series = [{"metric": {"gpu": str(number), "host": "a"}, "values": points("1")} for number in range(10_003)]
    server.answer = matrix(*series)
    history = history_of(server.address).read(STEPS)
    assert len(history.gpus) == 10_000
    assert history.steps.number <= 150
    assert "only the first 10000 of 10003 series are used" in " ".join(map(str, history.remarks))


def test_no_client_waits_for_an_unreachable_prometheus_and_known_values_stay(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    histories = FleetHistories(history_of(server.address))
    server.answer = matrix()
    span = Span(range=Range.HOUR)
    known = histories.view(span, 20)
    assert known.history is not None
    assert (known.failure, known.is_pending) == (None, False)
    assert not any("temperature" in request for request in server.requests)
    assert histories.view(span, 20, Measure.TEMPERATURE).history is not None
    assert any("temperature" in request for request in server.requests)
    monkeypatch.setattr(fleet_histories, "_MAX_BYTES", 1)
    small = FleetHistories(history_of(server.address))
    for one in Range:  # the cache is bounded by its size, and keeps the newest in any case
        assert small.view(Span(range=one), 20).history is not None
    assert list(small._by_question) == [(Span(range=Range.WEEK), None)]
    server.answer = HANG
    began = time.monotonic()
    slow = FleetHistories(history_of(server.address))
    pending = slow.view(span, 0.2)
    assert (pending.history, pending.is_pending) == (None, True)
    assert time.monotonic() - began < 5
    # A caller that never waits for the end of a query gets its error while the next one is sent.
    eventually(lambda: "in time" in str(slow.view(span, 0.2).failure))
    assert "in time" not in str(slow.view(Span(range=Range.WEEK), 0.0).failure)  # of another query
    server.answer = None
    dead = FleetHistories(history_of("http://127.0.0.1:1"))

    def is_open() -> bool:
        try:
            dead.read(span, 10)
        except ClewError as error:
            return isinstance(error, NotAsked)
        return False

    eventually(is_open)  # after some failures it gets no requests


def test_requests_carry_the_token_the_headers_and_the_path_prefix(server: Misbehaving, tmp_path: Path) -> None:
    with Prometheus(tmp_path) as prometheus, Misbehaving(prometheus.address) as before:
        api = history_of(before.address, **{"X-Scope-OrgID": "rl"})._api
        api.check_alive(5)
        assert before.requests[0].startswith("GET /api/v1/query?query=vector")
