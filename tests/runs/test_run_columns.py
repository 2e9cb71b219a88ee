"""Columns that are cached while the list stays the same, and those outside the list: they are loaded, and counted."""

import math
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import NumberColumn, TextColumn
from domain.run_table.table import RunTable
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.client import MlflowApi
from services.connections.runs import history_store, run_columns
from services.tracking.run_columns import RunColumnCache
from services.tracking.sources.mlflow_runs import MlflowRuns
from settings.settings import Settings
from tests.misbehaving import Misbehaving, eventually
from tests.tracking import Tracking
from transport.http_client import JsonService

LEAST, GREATEST = ColumnRef.parse("least:loss"), ColumnRef.parse("greatest:loss")
LOGGED = {"moves": [3.0, 1.0, 2.0], "gap": [5.0, math.nan, math.inf], "none": [math.nan], "other": []}


def read(address: str, folder: Path) -> tuple[RunTable, RunColumnCache]:
    mlflow = MlflowApi(JsonService("MLflow", address))
    source = MlflowRuns(mlflow, folder)
    columns = run_columns(DEFAULT, source, history_store(Settings(cache_dir=folder), mlflow))
    return source.everything(None, lambda _table: None), columns


@pytest.fixture
def logged(tracking: Tracking) -> dict[str, str]:
    group = tracking.experiment()
    return {name: tracking.run(group, metrics={"loss": values} if values else {}) for name, values in LOGGED.items()}


def numbers(
    table: RunTable, columns: RunColumnCache, ref: ColumnRef, logged: dict[str, str]
) -> dict[str, float | None]:
    found = columns.column(table, ref)
    assert isinstance(found, NumberColumn)
    places = {name: table.row_of(run_id) for name, run_id in logged.items()}
    return {name: found.at(row) for name, row in places.items() if row is not None}


def test_the_extremes_of_a_metric_are_those_of_all_its_points(
    tracking: Tracking, logged: dict[str, str], tmp_path: Path
) -> None:
    table, columns = read(tracking.address, tmp_path)
    eventually(lambda: columns.column(table, LEAST).pending == 0)
    assert numbers(table, columns, LEAST, logged) == {"moves": 1.0, "gap": 5.0, "none": None, "other": None}
    assert columns.column(table, GREATEST).pending == 0
    assert numbers(table, columns, GREATEST, logged) == {"moves": 3.0, "gap": 5.0, "none": None, "other": None}


def test_values_still_loading_are_counted_and_requested_again(
    misbehaving: Misbehaving, logged: dict[str, str], tmp_path: Path
) -> None:
    table, columns = read(misbehaving.address, tmp_path)
    misbehaving.answer = 500, b"{}", "application/json"
    assert columns.column(table, LEAST).pending >= 3
    misbehaving.answer = None
    eventually(lambda: columns.column(table, LEAST).pending == 0)
    assert numbers(table, columns, LEAST, logged)["moves"] == 1.0


def test_only_runs_with_new_points_are_read_again(misbehaving: Misbehaving, tracking: Tracking, tmp_path: Path) -> None:
    run_id = tracking.run(tracking.experiment(), metrics={"loss": [2.0]}, status="RUNNING")
    table, columns = read(misbehaving.address, tmp_path)
    eventually(lambda: columns.column(table, LEAST).pending == 0)
    tracking.log(run_id, "loss", [0.5], first_step=2)
    grown, _others = read(misbehaving.address, tmp_path)
    requests_before = len(misbehaving.requests)
    eventually(lambda: columns.column(grown, LEAST).pending == 0)
    assert numbers(grown, columns, LEAST, {"it": run_id}) == {"it": 0.5}
    assert len(misbehaving.requests) - requests_before <= 2
    tracking.end(run_id)


def test_a_column_is_kept_while_its_table_stays_the_same(tracking: Tracking, tmp_path: Path) -> None:
    tracking.run(tracking.experiment(), params={"lr": "0.1"})
    table, columns = read(tracking.address, tmp_path)
    ref = ColumnRef.parse("param:lr")
    kept = columns.column(table, ref)
    assert columns.column(table.with_facts(), ref) is kept
    assert columns.column(table.with_facts(version="another"), ref) is not kept


def test_cached_columns_of_old_tables_are_freed(tracking: Tracking, tmp_path: Path) -> None:
    """While runs are read a new table comes each second; each one with cached texts would stay in memory."""
    tracking.run(tracking.experiment(), params={"note": "a text"})
    table, columns = read(tracking.address, tmp_path)
    ref = ColumnRef.parse("param:note")
    of_table = [weakref.ref(texts(columns, table.with_facts(version=str(number)), ref)) for number in range(4)]
    assert [one() is not None for one in of_table] == [False, False, True, True]
    assert texts(columns, table.with_facts(version="2"), ref) is of_table[2]()


def texts(columns: RunColumnCache, table: RunTable, ref: ColumnRef) -> Sequence[str]:
    found = columns.column(table, ref)
    assert isinstance(found, TextColumn)
    return found.values
