"""Histories that grow, end, and change afterwards; and servers without the fast endpoint."""

from pathlib import Path

import pytest

from services.tracking.histories.store import Series
from tests.histories.logged_runs import (
    INTERVAL,
    KEY,
    MISSING,
    Gateway,
    Logged,
    Point,
    assert_same,
    complete_histories,
    complete_history,
    dense,
    expected,
    log,
    new_run,
    run_now,
    store_at,
)
from tests.misbehaving import ERROR_500, Answer, eventually
from tests.tracking import Tracking

LATE = Point(2, 99.0, 5)


def steps_asked(gateway: Gateway) -> list[int]:
    """Returns the first step of each requested window."""
    queries = [request.partition("start_step=")[2] for request in gateway.requests if INTERVAL in request]
    return [int(query.partition("&")[0]) for query in queries]


def test_a_running_run_is_read_from_its_last_step_on(tracking: Tracking, gateway: Gateway, tmp_path: Path) -> None:
    store = store_at(gateway.address, tmp_path)
    points = {name: dense(count, seed=count) for name, count in (("a", 10), ("b", 200), ("c", 2_000))}
    runs = {name: new_run(tracking, logged, status="RUNNING") for name, logged in points.items()}
    complete_histories(store, *runs.values())
    gateway.requests.clear()
    for name, run in runs.items():
        # One more value at the last known step, and new ones.
        more = [points[name][-1]._replace(value=-1.0), *dense(5, first_step=len(points[name]) + 1)]
        points[name] += more
        log(tracking, run.run_id, more)
        runs[name] = run_now(tracking, run.run_id)
    found = complete_histories(store, *runs.values()).found
    for name, run in runs.items():
        assert_same(found[Series(run.run_id, KEY)], expected(points[name]))
    # Adjacent ones share a request.
    assert sorted(steps_asked(gateway)) == [10, 2_000]
    gateway.requests.clear()
    complete_histories(store, *runs.values())
    assert not gateway.requests


def test_new_points_beyond_the_length_of_one_response_are_all_read(
    tracking: Tracking, gateway: Gateway, tmp_path: Path
) -> None:
    store = store_at(gateway.address, tmp_path)
    points = dense(3_000)
    run = new_run(tracking, points, status="RUNNING")
    complete_history(store, run)
    more = dense(4_000, first_step=3_001)
    log(tracking, run.run_id, more)
    gateway.requests.clear()
    assert_same(complete_history(store, run_now(tracking, run.run_id)), expected(points + more))
    assert min(steps_asked(gateway)) == 3_000


@pytest.mark.parametrize("count", [50, 4_000])
def test_late_points_appear_when_the_run_ends(tracking: Tracking, tmp_path: Path, count: int) -> None:
    store = store_at(tracking.address, tmp_path)
    points = dense(count)
    run = new_run(tracking, points, status="RUNNING")
    complete_history(store, run)
    log(tracking, run.run_id, [LATE])
    tracking.end(run.run_id)
    assert_same(complete_history(store, run_now(tracking, run.run_id)), expected([*points, LATE]))


@pytest.mark.parametrize("count", [50, 4_000])
def test_a_late_metric_on_a_finished_run_is_read(tracking: Tracking, tmp_path: Path, count: int) -> None:
    store = store_at(tracking.address, tmp_path)
    points = dense(count)
    run = new_run(tracking, points)
    complete_history(store, run)
    newest = Point(count + 1, 1.0, 10**13)
    log(tracking, run.run_id, [LATE, newest])
    assert_same(complete_history(store, run_now(tracking, run.run_id)), expected([*points, LATE, newest]))


@pytest.mark.parametrize(
    "refusal",
    [
        MISSING,
        (403, b"no", "text/plain"),
        (400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}', "application/json"),
        (200, b'{"metrics": [{"run_id": "another", "step": 1, "value": 1.0}]}', "application/json"),
        (200, b"<!doctype html>", "text/html"),
    ],
)
def test_an_endpoint_that_was_refused_is_not_requested_again(
    tracking: Tracking, long_run: Logged, gateway: Gateway, tmp_path: Path, refusal: Answer
) -> None:
    gateway.refusal = refusal
    store = store_at(gateway.address, tmp_path)
    others = dense(30)
    assert_same(complete_history(store, long_run.run), expected(long_run.points))
    assert_same(complete_history(store, new_run(tracking, others)), expected(others))
    assert gateway.request_count(INTERVAL) == 1


def test_a_server_error_does_not_cause_reading_in_pages(
    tracking: Tracking, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tracking.histories.store.FIRST_RETRY_SECONDS", 0.2)
    store = store_at(gateway.address, tmp_path)
    run = new_run(tracking, dense(30))
    gateway.answer = ERROR_500
    failed = store.get([run], {run.run_id: [KEY]}, 5)
    assert not failed.found
    assert [str(error) for error in failed.failures.values()] == ["MLflow: answered HTTP 500: boom"]
    assert gateway.request_count("get-history?") == 0
    gateway.answer = None
    eventually(lambda: len(store.get([run], {run.run_id: [KEY]}, 5).found) == 1)
    assert not store.get([run], {run.run_id: [KEY]}, 5).failures


def test_a_failure_ends_once_another_worker_has_read_the_history(
    tracking: Tracking, gateway: Gateway, tmp_path: Path
) -> None:
    run = new_run(tracking, dense(5))
    gateway.answer = ERROR_500
    failed = store_at(gateway.address, tmp_path)
    assert failed.get([run], {run.run_id: [KEY]}, 5).failures
    gateway.answer = None
    store_at(gateway.address, tmp_path).get([run], {run.run_id: [KEY]}, 5)
    seen = failed.get([run], {run.run_id: [KEY]}, 5)
    assert not seen.failures
    assert sum(map(len, seen.found.values())) == 5


def test_a_server_that_failed_is_not_requested_again_at_once(
    tracking: Tracking, gateway: Gateway, tmp_path: Path
) -> None:
    store = store_at(gateway.address, tmp_path)
    run = new_run(tracking, dense(30))
    gateway.answer = ERROR_500
    for _ in range(20):
        assert store.get([run], {run.run_id: [KEY]}, 5).failures
    assert len(gateway.requests) == 1


def test_histories_are_read_over_rest_if_the_database_fails(long_run: Logged, gateway: Gateway, tmp_path: Path) -> None:
    store = store_at(gateway.address, tmp_path, tmp_path / "missing.db")
    assert_same(complete_history(store, long_run.run), expected(long_run.points))
    assert gateway.request_count(INTERVAL) > 0


def test_the_database_alone_supplies_a_growing_history(
    tracking: Tracking, gateway: Gateway, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if it were long: part of it first.
    monkeypatch.setattr("services.tracking.histories.metrics_sql._READ_WHOLE", 500)
    store = store_at(gateway.address, tmp_path, database)
    points = dense(3_000)
    run = new_run(tracking, points, status="RUNNING")
    assert_same(complete_history(store, run), expected(points))
    more = dense(10, first_step=3_001)
    log(tracking, run.run_id, [*more, LATE])
    tracking.end(run.run_id)
    assert_same(complete_history(store, run_now(tracking, run.run_id)), expected([*points, *more, LATE]))
    assert not gateway.requests
