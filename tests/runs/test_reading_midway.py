"""While the list is still being read: rows arrive, runs come and go, MLflow dies and recovers."""

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.fill_large_stores import NINE, Plan, fill
from domain.run_table.table import RunTable
from mlflow_api.client import MlflowApi
from services.sharing.shared_file import cache_folder
from services.tracking.run_store import RunStore
from services.tracking.sources.mlflow_runs import MlflowRuns
from services.tracking.sources.pace import Pace, PaceFile
from tests.misbehaving import Misbehaving, eventually
from tests.tracking import Tracking
from training.mlflow_server import DATABASE
from training.scratch_server import free_port, mlflow_server
from transport.http_client import JsonService

RUNS = 150
A_FEW_AT_A_TIME = Pace(most_runs=2, seconds_per_run=0.5)


def source(address: str, folder: Path) -> MlflowRuns:
    return MlflowRuns(MlflowApi(JsonService("MLflow", address)), folder)


def ids_of(table: RunTable | None) -> set[str]:
    return set() if table is None else set(table.run_ids)


def slowed(_path: str, body: bytes) -> bytes:
    time.sleep(0.05)
    return body


def test_mlflow_is_killed_while_rows_come_and_comes_back(tmp_path: Path) -> None:
    """The rows stay on screen, with the failure; and the whole list arrives once MLflow is back."""
    fill(tmp_path / DATABASE, Plan(RUNS, 3, NINE, 1))
    port, cache = free_port(), tmp_path / "cache"
    with ExitStack() as first_server, ExitStack() as second_server:
        address = first_server.enter_context(mlflow_server(tmp_path, port))
        with Misbehaving(address) as between:
            between.alter = slowed
            PaceFile(cache_folder(cache, between.address), "MLflow").keep(A_FEW_AT_A_TIME)
            runs = RunStore(source(between.address, cache_folder(cache, between.address)), cache, 1.0)
            first = runs.first_view(30).runs
            assert first is not None
            assert first.progress is not None
            assert 0 < len(first) < RUNS
            first_server.close()
            eventually(lambda: runs.view().failure is not None)
            left = runs.view().runs
            assert ids_of(first) <= ids_of(left)
            assert len(ids_of(left)) < RUNS
            second_server.enter_context(mlflow_server(tmp_path, port))
            eventually(lambda: len(ids_of(runs.view().runs)) == RUNS and runs.view().failure is None)
            whole = runs.view().runs
            assert whole is not None
            assert whole.progress is None
            assert ids_of(left) <= ids_of(whole)


def test_runs_created_during_a_full_reading_are_listed_after_the_next_refresh(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    group = tracking.experiment()
    before = [tracking.run(group) for _number in range(12)]
    new: list[str] = []

    def meanwhile(path: str, body: bytes) -> bytes:
        if path.endswith("runs/search") and len(new) < 20:
            new.append(tracking.run(group, metrics={"loss": [0.5]}))
        return body

    misbehaving.alter = meanwhile
    PaceFile(cache_dir, "MLflow").keep(Pace(most_runs=5, seconds_per_run=0.5))
    runs, at = source(misbehaving.address, cache_dir), datetime.now(UTC)
    shown: list[RunTable] = []
    table = runs.everything(None, shown.append)
    assert set(before) <= ids_of(table)
    assert all(part.progress is not None and part.progress.read == len(part) for part in shown)
    misbehaving.alter = None
    assert set(new) <= ids_of(runs.changes(table, at))


def test_during_a_full_reading_known_runs_are_kept_fresh(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full reading can take minutes: a change meanwhile is shown before it ends, and in its result."""
    monkeypatch.setattr("services.tracking.sources.sweep_refresh._EACH_SECONDS", 0.0)
    growing = tracking.run(tracking.experiment(), status="RUNNING", metrics={"loss": [1.0]})
    runs = source(misbehaving.address, cache_dir)
    known = runs.everything(None, lambda _table: None)
    values = iter(range(2, 100))

    def meanwhile(path: str, body: bytes) -> bytes:
        if path.endswith("runs/search"):
            step = next(values)
            tracking.log(growing, "loss", [float(step)], first_step=step)
        return body

    misbehaving.alter = meanwhile
    shown: list[RunTable] = []
    table = runs.everything(known, shown.append)
    seen = [run.metrics["loss"].value for part in [*shown, table] if (run := part.get(growing)) is not None]
    assert len(seen) == len(shown) + 1 > 1
    assert seen == sorted(seen)
    assert seen[0] > 1.0
    assert all(part.progress is None for part in shown)
    tracking.end(growing)


def test_the_length_of_a_long_list_is_reported_before_its_end(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tracking.sources.mlflow_runs._COUNTED_FROM", 4)
    monkeypatch.setattr("services.tracking.sources.arriving._MIN_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("services.tracking.sources.arriving._PAUSES", 0.0)
    group = tracking.experiment()
    for _number in range(30):
        tracking.run(group)
    PaceFile(cache_dir, "MLflow").keep(Pace(most_runs=4, seconds_per_run=0.5))
    shown: list[RunTable] = []
    whole = source(misbehaving.address, cache_dir).everything(None, shown.append)
    counts = [part.progress.about for part in shown if part.progress is not None]
    assert counts[0] is None
    assert counts[-1] is not None
    assert counts[-1] == pytest.approx(len(whole), rel=0.25)
