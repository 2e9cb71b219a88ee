"""The list in pages: as large as MLflow can return, complete while runs come and go, without needless requests."""

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors.connections import TimedOut
from domain.errors.services import StillAtWork
from mlflow_api.client import MlflowApi
from services.tracking.sources.pace import FIRST_RUNS, MAX_RUNS, MIN_RUNS, Pace, PaceFile
from services.tracking.sources.run_pages import RunPages
from tests.misbehaving import HANG, Answer, Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SEARCH = "POST /api/2.0/mlflow/runs/search"


def pages(address: str, folder: Path, patience: float = 20.0) -> RunPages:
    return RunPages(MlflowApi(JsonService("MLflow", address)), PaceFile(folder, "MLflow"), patience)


def found_ids(pages: RunPages, experiment: str) -> list[str]:
    return [row["info"]["run_id"] for rows in pages.search([experiment]) for row in rows]


def searches(server: Misbehaving) -> int:
    return sum(request == SEARCH for request in server.requests)


@pytest.fixture(scope="module")
def many(tracking: Tracking) -> tuple[str, list[str]]:
    """Logs an experiment with runs that no test deletes, newest first; three of them started at the same moment."""
    group = tracking.experiment()
    now = int(time.time() * 1000)
    ids = [tracking.run(group, started_ms=now - 1000 * max(number, 3)) for number in range(70)]
    return group, [*sorted(ids[:4]), *ids[4:]]


def test_every_run_is_returned_once_newest_first(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, ids = many
    monkeypatch.setattr("services.tracking.sources.pace._PAGE_SECONDS", 1e6)  # a slow machine gets smaller pages
    assert found_ids(pages(misbehaving.address, cache_dir), group) == ids
    assert searches(misbehaving) == 3  # 10, 40, and the remaining ones


def test_an_unknown_page_token_is_followed(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, ids = many
    monkeypatch.setattr("services.tracking.sources.run_pages.offset_in", lambda _token: None)
    assert found_ids(pages(misbehaving.address, cache_dir), group) == ids


@pytest.mark.parametrize("deleted_at_once", [1, 3, 12])
def test_no_run_is_missed_while_others_are_deleted_and_created(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path, deleted_at_once: int
) -> None:
    """P1: runs that existed throughout are in the list, whatever came and went while it was read."""
    group = tracking.experiment()
    now = int(time.time() * 1000)
    ids = [tracking.run(group, started_ms=now - 1000 * number) for number in range(60)]
    chance = random.Random(deleted_at_once)
    deletable = ids[:48]
    chance.shuffle(deletable)
    deleted: list[str] = []

    def meanwhile(path: str, body: bytes) -> bytes:
        if path.endswith("runs/search"):
            for run_id in deletable[:deleted_at_once]:
                tracking.delete(run_id)
            deleted.extend(deletable[:deleted_at_once])
            del deletable[:deleted_at_once]
            tracking.run(group)
        return body

    misbehaving.alter = meanwhile
    PaceFile(cache_dir, "MLflow").keep(Pace(most_runs=4, seconds_per_run=0.001))
    seen = found_ids(pages(misbehaving.address, cache_dir), group)
    assert len(seen) == len(set(seen))
    assert set(ids) - set(deleted) <= set(seen)
    assert deleted


def test_an_abandoned_page_is_requested_again_only_when_mlflow_may_have_finished_it(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path
) -> None:
    group, ids = many
    misbehaving.answer = HANG
    with pytest.raises(TimedOut):
        found_ids(pages(misbehaving.address, cache_dir, patience=8.0), group)
    assert searches(misbehaving) == 1
    misbehaving.answer = None
    # Another worker, or this one after a restart, reads it from the file.
    with pytest.raises(StillAtWork):
        found_ids(pages(misbehaving.address, cache_dir), group)
    assert searches(misbehaving) == 1
    pace = PaceFile(cache_dir, "MLflow")
    assert pace.now().most_runs < FIRST_RUNS
    pace.keep(_as_if_later(pace.now(), 16))
    assert found_ids(pages(misbehaving.address, cache_dir), group) == ids


def test_a_page_requested_by_a_killed_worker_counts_as_still_running(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path
) -> None:
    group, ids = many
    pace = PaceFile(cache_dir, "MLflow")
    pace.keep(Pace().requested(FIRST_RUNS, 60.0, datetime.now(UTC)))
    with pytest.raises(StillAtWork):
        found_ids(pages(misbehaving.address, cache_dir), group)
    assert searches(misbehaving) == 0
    pace.keep(_as_if_later(pace.now(), 60))
    assert found_ids(pages(misbehaving.address, cache_dir), group) == ids


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((500, b"{}", "application/json"), id="500"),
        pytest.param((503, b"{}", "application/json"), id="503"),
    ],
)
def test_after_an_error_of_mlflow_the_next_request_need_not_wait(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path, answer: Answer
) -> None:
    group, ids = many
    misbehaving.answer = answer
    with pytest.raises(Exception, match="HTTP 50"):
        found_ids(pages(misbehaving.address, cache_dir), group)
    misbehaving.answer = None
    assert found_ids(pages(misbehaving.address, cache_dir), group) == ids


def test_after_a_timeout_of_a_proxy_mlflow_counts_as_still_working(
    misbehaving: Misbehaving, many: tuple[str, list[str]], cache_dir: Path
) -> None:
    pace = PaceFile(cache_dir, "MLflow")
    pace.keep(Pace(seconds_per_run=5.0))
    misbehaving.answer = (504, b"gateway timeout", "text/plain")
    with pytest.raises(Exception, match="HTTP 504"):
        found_ids(pages(misbehaving.address, cache_dir, patience=60.0), many[0])
    assert pace.now().rest(datetime.now(UTC)) > timedelta(seconds=10)


@given(
    answers=st.lists(st.tuples(st.floats(1e-4, 5), st.integers(100, 10**7), st.booleans()), min_size=1, max_size=40),
)
def test_the_page_size_follows_the_measured_speed_within_its_limits(answers: list[tuple[float, int, bool]]) -> None:
    """Whatever the size of each run, pages are never empty, never beyond the limit, and grow fourfold at a time."""
    pace, last = Pace(), 0
    for seconds_each, bytes_each, comes in answers:
        runs = pace.runs_after(last)
        assert 1 <= runs <= min(MAX_RUNS, max(FIRST_RUNS, last * 4))
        if pace.seconds_per_run is not None and runs > MIN_RUNS:
            assert runs * pace.seconds_per_run <= 2.5 + 1e-6
        pace = pace.requested(runs, 60.0, NOW)
        assert pace.rest(NOW) > timedelta()
        if comes:
            pace, last = pace.answered(runs, runs, seconds_each * runs, bytes_each * runs), runs
            assert pace.seconds_per_run == pytest.approx(seconds_each)
            assert pace.rest(NOW) == timedelta()
        else:
            pace = pace.after_timeout(runs, 60.0, NOW)
            assert pace.rest(NOW) >= timedelta(seconds=120)
            assert pace.runs_after(0) <= max(1, runs // 4)
            pace, last = pace.free(), 0


@given(seconds=st.floats(0, 10_000), later=st.floats(0, 200_000))
def test_full_sweeps_take_at_most_a_tenth_of_the_time(seconds: float, later: float) -> None:
    pace = Pace().with_sweep(seconds, NOW)
    assert pace.sweep_is_due(NOW + timedelta(seconds=later)) == (later >= max(300, 10 * seconds))
    assert pace.sweep_is_due(NOW + timedelta(seconds=10 * seconds + 1), is_soon=True)
    assert seconds < 1 or not pace.sweep_is_due(NOW + timedelta(seconds=9 * seconds), is_soon=True)
    assert pace.with_sweep_due().sweep_is_due(NOW)
    # A clock that was set back must not stop them.
    assert pace.sweep_is_due(NOW - timedelta(hours=1))


def _as_if_later(pace: Pace, seconds: float) -> Pace:
    """Returns the same, as if it had all happened so much earlier."""
    earlier = timedelta(seconds=seconds)
    moments: dict[str, Any] = {name: getattr(pace, name) - earlier for name in ("asked_at", "free_at")}
    return pace.model_copy(update=moments)
