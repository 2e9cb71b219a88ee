"""What the tests of histories share: points as a trainer might log them, and stores over a real MLflow."""

import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run
from mlflow_api.client import MlflowApi
from services.connections.runs import history_store
from services.tracking.histories.format import Entry
from services.tracking.histories.store import Histories, HistoryStore, Series
from settings.settings import Settings
from tests.misbehaving import Answer, Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService

KEY = "loss"
INTERVAL = "get-history-bulk-interval"
MISSING: Answer = (404, b"<!doctype html><title>404 Not Found</title>", "text/html")


class Point(NamedTuple):
    step: int
    value: float
    timestamp: int


class Logged(NamedTuple):
    """Holds a run and the points that it logged."""

    run: Run
    points: list[Point]


class Gateway(Misbehaving):
    """Starts a real server before MLflow that answers `refusal` in place of the interval endpoint."""

    refusal: Answer | None = None

    def _handler(self) -> Any:
        outer, base = self, super()._handler()

        class Handler(base):  # type: ignore[misc, valid-type]
            def _passed_on(self, body: bytes) -> Answer:
                if outer.refusal is not None and INTERVAL in self.path:
                    return outer.refusal
                answer: Answer = super()._passed_on(body)
                return answer

        return Handler

    def request_count(self, endpoint: str) -> int:
        """Returns the number of requests for `endpoint`."""
        return sum(endpoint in request for request in self.requests)


def store_at(address: str, cache: Path, database: Path | None = None, **settings: Any) -> HistoryStore:
    """Returns a store as the dashboard makes it."""
    uri = None if database is None else f"sqlite:///{database}"
    chosen = Settings(_env_file=None, cache_dir=cache, mlflow_backend_store_uri=uri, **settings)
    return history_store(chosen, MlflowApi(JsonService("MLflow", address)))


def run_now(tracking: Tracking, run_id: str) -> Run:
    """Returns the run as MLflow has it now."""
    return MlflowApi(JsonService("MLflow", tracking.address)).run(run_id, {})


def new_run(tracking: Tracking, points: Sequence[Point], status: str = "FINISHED", key: str = KEY) -> Run:
    """Logs a new run with `points` in that order."""
    run_id = tracking.run(tracking.experiment(), status="RUNNING")
    log(tracking, run_id, points, key)
    if status != "RUNNING":
        tracking.end(run_id, status)
    return run_now(tracking, run_id)


def log(tracking: Tracking, run_id: str, points: Sequence[Point], key: str = KEY) -> None:
    """Logs `points` in that order."""
    rows = [{"key": key, "value": _json(p.value), "timestamp": p.timestamp, "step": p.step} for p in points]
    for start in range(0, len(rows), 1000):
        tracking.post("runs/log-batch", {"run_id": run_id, "metrics": rows[start : start + 1000]})


def dense(count: int, first_step: int = 1, seed: int = 0) -> list[Point]:
    """Returns `count` values at consecutive steps."""
    values = np.random.default_rng(seed).normal(size=count)
    return [Point(step, float(value), 10**12 + step) for step, value in enumerate(values, start=first_step)]


def expected(points: Iterable[Point]) -> History:
    """Returns the expected history: MLflow stores a point once, a NaN as 0, and Clew orders by step, time and
    value."""

    def order(point: Point) -> tuple[int, int, float, bool]:
        is_nan = math.isnan(point.value)
        return (point.step, point.timestamp, 0.0 if is_nan else point.value, is_nan)

    kept = sorted({order(point): point for point in points}.items())
    return History(
        step=np.array([point.step for _, point in kept], np.int64),
        value=np.array([point.value for _, point in kept], np.float64),
        timestamp=np.array([point.timestamp for _, point in kept], np.int64),
    )


def assert_same(found: History, wanted: History) -> None:
    np.testing.assert_array_equal(found.step, wanted.step)
    np.testing.assert_array_equal(found.value, wanted.value)
    np.testing.assert_array_equal(found.timestamp, wanted.timestamp)


def complete_histories(store: HistoryStore, *runs: Run, key: str = KEY, within_seconds: float = 240) -> Histories:
    """Returns the histories of these runs, requested until none is pending."""
    ends = time.monotonic() + within_seconds
    while True:
        histories = store.get(runs, {run.run_id: [key] for run in runs}, wait_seconds=2)
        if not histories.pending or time.monotonic() > ends:
            assert not histories.pending, histories.failures
            return histories
        time.sleep(0.02)


def complete_history(store: HistoryStore, run: Run, key: str = KEY) -> History:
    """Returns all points of a run's metric."""
    histories = complete_histories(store, run, key=key)
    assert not histories.failures
    return histories.found[Series(run.run_id, key)]


def evenly_sampled(history: History, most: int) -> History:
    """Returns what MLflow's interval endpoint answers for a longer history: the first row of each of `most` equal
    buckets.

    The last row replaces the last bucket's first one.
    """
    small, larger = divmod(len(history), most)
    bucket = np.arange(most)
    rows = bucket * small + np.minimum(bucket, larger)
    rows[-1] = len(history) - 1
    return History(step=history.step[rows], value=history.value[rows], timestamp=history.timestamp[rows])


ONE = Series("a" * 32, "odd/метрика name")


def entry(length: int = 1_000, fill: float = 1.0) -> Entry:
    """Returns a history in which the value of every cell identifies it."""
    steps = np.arange(length, dtype=np.int64)
    history = History(step=steps, value=np.full(length, fill), timestamp=steps + int(fill))
    return Entry(history, LatestMetric(value=fill, step=length, timestamp=int(fill)), over=False, exact=True)


def _json(value: float) -> float | str:
    return value if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
