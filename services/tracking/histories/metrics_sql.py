"""Metric histories from MLflow's database, where it is configured: no JSON, a tenth of the time.

Importing this module imports SQLAlchemy (0.5 s, 36 MB), so it is only done if a database is configured.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from typing import cast as typed

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)

from domain.tracking.history import EMPTY, FIRST_STEP, History, HistoryPart
from mlflow_api.histories.columns import in_order, joined
from mlflow_api.priority_semaphore import PrioritySemaphore
from services.database.mlflow_database import MlflowDatabase

# More would only take turns, because converting rows to columns is Python's work.
_READS_AT_ONCE = 2
_METRICS = table("metrics", *map(column, ("run_uuid", "key", "step", "value", "timestamp", "is_nan")))
_ROW = np.dtype([("step", np.int64), ("value", np.float64), ("timestamp", np.int64), ("is_nan", np.bool_)])
# A database returns 100,000 rows in 0.2-0.3 s and finds 1,000 of them by an index in 0.02 s.
_READ_WHOLE = 5_000
# Rows at once: unconverted rows take twice the memory of their columns, and several histories are read at a time.
_BLOCK = 8_192
_SAMPLED_STEPS = 1_000


class MetricDatabase:
    """The `metrics` table of an MLflow database, read-only; every failure is a `ServiceUnavailable`."""

    def __init__(self, database: MlflowDatabase) -> None:
        self._database = database
        self._semaphore = PrioritySemaphore(_READS_AT_ONCE)

    def fetch(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, HistoryPart]:
        """Implements `MetricSource.fetch`."""
        with self._semaphore.hold(urgent=True), self._database.connected() as connection:
            return {run_id: _some(connection, run_id, key, from_step) for run_id in run_ids}

    def fetch_all(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """Implements `MetricSource.fetch_all`."""
        with self._semaphore.hold(urgent=False), self._database.connected() as connection:
            return _all(connection, run_id, _is_from(run_id, key, from_step))


def _is_of(run_id: str, key: str) -> ColumnElement[bool]:
    return and_(_METRICS.c.run_uuid == run_id, _METRICS.c.key == key)


def _is_from(run_id: str, key: str, from_step: int) -> ColumnElement[bool]:
    return and_(_is_of(run_id, key), _METRICS.c.step >= from_step)


def _some(connection: Connection, run_id: str, key: str, from_step: int) -> HistoryPart:
    """Returns all rows if they are few, else those of about `_SAMPLED_STEPS` evenly spaced steps."""
    condition = _is_from(run_id, key, from_step)
    few = select(literal_column("1")).select_from(_METRICS).where(condition).limit(_READ_WHOLE + 1).subquery()
    if connection.execute(select(func.count()).select_from(few)).scalar_one() <= _READ_WHOLE:
        return HistoryPart(_all(connection, run_id, condition), exact=True)
    steps = _METRICS.c.step
    # One by one, each is an end of an index; together they would scan all of it.
    first, last = (connection.execute(select(end(steps)).where(condition)).scalar_one() for end in (func.min, func.max))
    stride = max(1, -(-(last - first) // _SAMPLED_STEPS))
    grid = select(cast(first, BigInteger).label("step")).cte("grid", recursive=True)
    # Beyond a 64-bit integer PostgreSQL fails, and SQLite continues in floats.
    grid = grid.union_all(select(grid.c.step + stride).where(grid.c.step <= max(last - stride, FIRST_STEP)))
    # One condition on the step in each query: with two of them SQLite uses the wrong index.
    next_step = select(func.min(steps)).where(_is_of(run_id, key), steps >= grid.c.step).scalar_subquery()
    sampled = (
        select(next_step.label("step")).select_from(grid).distinct().union(select(cast(last, BigInteger))).subquery()
    )
    some = and_(_is_of(run_id, key), steps.in_(select(sampled.c.step)))
    return HistoryPart(_all(connection, run_id, some), exact=False)


def _all(connection: Connection, run_id: str, condition: ColumnElement[bool]) -> History:
    if connection.dialect.name == "sqlite":
        return _all_from_sqlite(connection, condition)
    return _from_postgresql(connection, condition).get(run_id, EMPTY)


def _all_from_sqlite(connection: Connection, condition: ColumnElement[bool]) -> History:
    metrics = _METRICS.c
    # In order of step, so that SQLite uses the one index that has run, key and step.
    query = (
        select(metrics.step, metrics.value, metrics.timestamp, metrics.is_nan).where(condition).order_by(metrics.step)
    )
    # The driver's own cursor: its tuples are converted to columns directly; SQLAlchemy's rows take twice as long.
    found = joined(_blocks(iter(typed("Iterable[Any]", connection.execute(query).cursor))))
    return in_order(found.step, found.value, found.timestamp)


def _blocks(rows: Iterator[Any]) -> Iterator[History]:
    while len(block := np.fromiter(islice(rows, _BLOCK), _ROW)):
        step, timestamp = (np.ascontiguousarray(block[name]) for name in ("step", "timestamp"))
        yield History(step=step, value=np.where(block["is_nan"], np.nan, block["value"]), timestamp=timestamp)


def _from_postgresql(connection: Connection, condition: ColumnElement[bool]) -> dict[str, History]:
    """Returns all rows by run, in one query.

    Each column is returned as one binary string, so that Python touches no single row.
    """
    metrics = _METRICS.c
    value = case((metrics.is_nan, literal_column("'NaN'::float8")), else_=metrics.value)
    nothing: ColumnElement[bytes] = literal_column("''::bytea")
    # All three see the rows of a run in the same order, whichever it is.
    packed = [
        func.string_agg(part, nothing)
        for part in (func.int8send(metrics.step), func.float8send(value), func.int8send(metrics.timestamp))
    ]
    found = {}
    query = select(metrics.run_uuid, *packed).where(condition).group_by(metrics.run_uuid)
    for run_id, step, number, timestamp in connection.execute(query):
        values = np.frombuffer(number, ">f8").astype(np.float64)
        steps, timestamps = (np.frombuffer(part, ">i8").astype(np.int64) for part in (step, timestamp))
        found[run_id] = in_order(steps, values, timestamps)
    return found
