"""Logged values come back exactly: over REST in windows or pages, and from the database."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from domain.errors import BadResponse
from domain.tracking.history import FIRST_STEP, LAST_STEP, History
from mlflow_api.histories.columns import from_rows, in_order, joined
from mlflow_api.histories.windows import MAX_ROWS, CrowdedStep, in_windows
from tests.histories.logged_runs import (
    INTERVAL,
    KEY,
    MISSING,
    Gateway,
    Logged,
    Point,
    assert_same,
    complete_history,
    dense,
    evenly_sampled,
    expected,
    new_run,
    store_at,
)
from tests.tracking import Tracking

VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0]))
# Every 64-bit integer may be a step: nanoseconds are beyond the exact range of a float.
STEPS = st.one_of(st.integers(-5, 5), st.integers(FIRST_STEP, LAST_STEP), st.sampled_from([FIRST_STEP, LAST_STEP]))
POINTS = st.lists(st.builds(Point, STEPS, VALUES, st.integers(0, 3)), min_size=1, max_size=30)
rng = np.random.default_rng(1)
SHAPES = {
    "dense": dense(5_001),
    "sparse": [Point(step, float(n), 1000 + n) for n, step in enumerate(range(-(10**9), 2 * 10**9, 10**6))],
    "one step": [Point(7, float(n), 1000 + n) for n in range(3_000)],
    "bursts": [
        Point(int(step), float(value), 1000 + n)
        for n, (step, value) in enumerate(zip(rng.integers(-20, 20, 4_000) ** 7, rng.normal(size=4_000), strict=True))
    ],
    "exactly full": dense(MAX_ROWS),
    "nanoseconds": [Point(1_795_000_000_000_000_000 + 1_000_000 * n, float(n), 1000 + n) for n in range(6_000)],
    "from end to end": [
        Point(min(FIRST_STEP + n * (2**64 // 5_999), LAST_STEP), float(n), 1000 + n) for n in range(6_000)
    ],
}


def store_per_source(gateway: Gateway, cache: Path, database: Path) -> dict[str, Any]:
    """Returns a store for each source (REST, database), each with its own cache."""
    return {
        "REST": store_at(gateway.address, cache / "rest"),
        "database": store_at(gateway.address, cache / "database", database),
    }


@example_settings(max_examples=6)
@given(points=POINTS)
def test_short_histories_are_exact(
    tracking: Tracking, gateway: Gateway, database: Path, tmp_path_factory: Any, points: list[Point]
) -> None:
    run = new_run(tracking, points)
    cache = tmp_path_factory.mktemp("cache")
    for store in store_per_source(gateway, cache, database).values():
        assert_same(complete_history(store, run), expected(points))
    gateway.refusal = MISSING
    assert_same(complete_history(store_at(gateway.address, cache / "pages"), run), expected(points))
    gateway.refusal = None


@pytest.mark.parametrize("shape", SHAPES)
def test_long_histories_are_exact(
    tracking: Tracking, gateway: Gateway, database: Path, tmp_path: Path, shape: str
) -> None:
    run = new_run(tracking, SHAPES[shape])
    for store in store_per_source(gateway, tmp_path, database).values():
        assert_same(complete_history(store, run), expected(SHAPES[shape]))
    gateway.refusal = MISSING
    assert_same(complete_history(store_at(gateway.address, tmp_path / "pages"), run), expected(SHAPES[shape]))


def test_a_long_history_is_first_a_sample_and_then_complete(long_run: Logged, gateway: Gateway, tmp_path: Path) -> None:
    run, points = long_run
    store = store_at(gateway.address, tmp_path)
    first = store.get([run], {run.run_id: [KEY]}, wait_seconds=10)
    (series,) = first.found
    if series in first.sampled:
        assert first.pending == {series}
        assert_same(first.found[series], evenly_sampled(expected(points), 1_000))
    assert_same(complete_history(store, run), expected(points))
    # The sample, and the windows: 5,500 points in windows of 2,450.
    assert gateway.request_count(INTERVAL) == 1 + 3


def test_a_run_unknown_to_mlflow_does_not_hide_the_others(tracking: Tracking, tmp_path: Path) -> None:
    run = new_run(tracking, dense(3))
    gone = run.model_copy(update={"run_id": "0" * 32})
    histories = store_at(tracking.address, tmp_path).get([run, gone], {r.run_id: [KEY] for r in (run, gone)}, 10)
    assert len(histories.found[(run.run_id, KEY)]) == 3  # type: ignore[index]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"step": 1.5, "value": 1.0}, "metrics.1.step"),
        ({"step": 2**63, "value": 1.0}, "metrics.1.step"),
        ({"step": True, "value": 1.0}, "metrics.1.step"),
        ({"step": 1, "value": None}, "metrics.1.value"),
        ({"step": 1, "value": "1.0"}, "metrics.1.value"),
        ({"step": 1, "value": 1.0, "timestamp": "now"}, "metrics.1.timestamp"),
        (7, "metrics"),
    ],
)
def test_an_invalid_row_of_a_history_is_refused_with_its_field(row: object, field: str) -> None:
    with pytest.raises(BadResponse) as caught:
        from_rows([{"step": 1, "value": 1.0, "timestamp": 1}, row])
    assert caught.value.field == field


@example_settings(max_examples=40)
@given(
    steps=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=400),
    repeats=st.integers(1, 40),
    most=st.integers(2, 300),
)
def test_reading_in_windows_returns_every_row_or_reports_a_crowded_step(
    steps: list[int], repeats: int, most: int
) -> None:
    columns = np.repeat(np.array(steps, np.int64), repeats)
    history = in_order(columns, np.arange(len(columns), dtype=np.float64), np.zeros(len(columns), np.int64))
    requested = []

    def window(first: int, last: int) -> History:
        requested.append((first, last))
        assert FIRST_STEP < first <= last < LAST_STEP
        part = history.from_step(first).before(last + 1)
        return evenly_sampled(part, MAX_ROWS) if len(part) > MAX_ROWS else part

    sample = evenly_sampled(history, most) if len(history) > most else history
    try:
        parts = list(in_windows(window, sample))
    except CrowdedStep:
        assert np.unique(columns, return_counts=True)[1].max() >= MAX_ROWS
        return
    assert sum(map(len, parts)) == len(history)
    assert_same(joined(parts), history)
