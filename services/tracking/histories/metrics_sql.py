"""Metric histories straight from MLflow's database, where the operator opens it: no JSON, a tenth of the time.

Importing this module brings SQLAlchemy (0.5 s, 36 MB), so only who was given a database does.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import cast as typed
from urllib.parse import quote

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    cast,
    column,
    create_engine,
    event,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from domain.errors.services import DatabaseFailed
from domain.messages import Text
from domain.tracking.history import EMPTY, FIRST_STEP, History, HistoryPart
from mlflow_api.metric_columns import in_order
from mlflow_api.priority_semaphore import PrioritySemaphore

SERVICE = "MLflow's database"
STATEMENT_SECONDS = 30.0
_CONNECT_SECONDS = 5
# More would only take turns: turning rows into columns is Python's work.
_READS_AT_ONCE = 2
_METRICS = table("metrics", *map(column, ("run_uuid", "key", "step", "value", "timestamp", "is_nan")))
_ROW = np.dtype([("step", np.int64), ("value", np.float64), ("timestamp", np.int64), ("is_nan", np.bool_)])
# A database hands out 100,000 rows in 0.2-0.3 s and finds 1,000 of them by an index in 0.02 s.
_READ_WHOLE = 5_000
_SAMPLED_STEPS = 1_000


class MetricDatabase:
    """The `metrics` table at `uri` (SQLite or PostgreSQL), only ever read; every failure is a `ServiceUnavailable`."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._semaphore = PrioritySemaphore(_READS_AT_ONCE)

    def fetch(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, HistoryPart]:
        """As `MetricSource.fetch`."""
        with self._semaphore.hold(urgent=True), self._connected() as connection:
            return {run_id: _some(connection, run_id, key, from_step) for run_id in run_ids}

    def fetch_all(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """As `MetricSource.fetch_all`."""
        with self._semaphore.hold(urgent=False), self._connected() as connection:
            return _all(connection, run_id, _is_from(run_id, key, from_step))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self._lock:
                self._engine = self._engine or _engine(make_url(self._uri))
            with self._engine.connect() as connection:
                yield connection
        # A missing driver is an ImportError; rows of SQLite are fetched past SQLAlchemy, so its errors come bare.
        except (SQLAlchemyError, ArgumentError, sqlite3.Error, ImportError) as error:
            # The first line only: the next ones may hold the statement, and a URL its password.
            raise DatabaseFailed(SERVICE, type(error).__name__, Text(str(error).splitlines()[0][:200])) from error


def _engine(url: URL) -> Engine:
    # No pool: a connection opened before a fork must not be used after it, and opening one takes a few ms.
    if url.get_backend_name() == "sqlite":
        address = f"sqlite:///file:{quote(str(Path(url.database or '').resolve()))}?mode=ro&uri=true"
        engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": _CONNECT_SECONDS})
        event.listen(engine, "connect", _end_in_time)
        return engine
    options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS * 1000:.0f}"
    arguments = {"connect_timeout": _CONNECT_SECONDS, "options": options}
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def _end_in_time(connection: Any, _record: object) -> None:
    """SQLite has no time limit of its own: it asks this function, now and then, whether to stop."""
    ends = time.monotonic() + STATEMENT_SECONDS
    connection.execute("PRAGMA mmap_size = 17179869184")
    connection.set_progress_handler(lambda: time.monotonic() > ends, 1_000_000)


def _is_of(run_id: str, key: str) -> ColumnElement[bool]:
    return and_(_METRICS.c.run_uuid == run_id, _METRICS.c.key == key)


def _is_from(run_id: str, key: str, from_step: int) -> ColumnElement[bool]:
    return and_(_is_of(run_id, key), _METRICS.c.step >= from_step)


def _some(connection: Connection, run_id: str, key: str, from_step: int) -> HistoryPart:
    """All rows where they are few, else those of about `_SAMPLED_STEPS` steps, evenly far apart."""
    asked = _is_from(run_id, key, from_step)
    few = select(literal_column("1")).select_from(_METRICS).where(asked).limit(_READ_WHOLE + 1).subquery()
    if connection.execute(select(func.count()).select_from(few)).scalar_one() <= _READ_WHOLE:
        return HistoryPart(_all(connection, run_id, asked), exact=True)
    steps = _METRICS.c.step
    # One by one, each is the end of an index; together they are a walk along all of it.
    first, last = (connection.execute(select(end(steps)).where(asked)).scalar_one() for end in (func.min, func.max))
    stride = max(1, -(-(last - first) // _SAMPLED_STEPS))
    grid = select(cast(first, BigInteger).label("step")).cte("grid", recursive=True)
    # Beyond a 64-bit integer PostgreSQL fails, and SQLite goes on in floats.
    grid = grid.union_all(select(grid.c.step + stride).where(grid.c.step <= max(last - stride, FIRST_STEP)))
    # One condition on the step in each: with two of them SQLite looks the wrong one up.
    next_step = select(func.min(steps)).where(_is_of(run_id, key), steps >= grid.c.step).scalar_subquery()
    sampled = (
        select(next_step.label("step")).select_from(grid).distinct().union(select(cast(last, BigInteger))).subquery()
    )
    some = and_(_is_of(run_id, key), steps.in_(select(sampled.c.step)))
    return HistoryPart(_all(connection, run_id, some), exact=False)


def _all(connection: Connection, run_id: str, asked: ColumnElement[bool]) -> History:
    if connection.dialect.name == "sqlite":
        return _all_from_sqlite(connection, asked)
    return _from_postgresql(connection, asked).get(run_id, EMPTY)


def _all_from_sqlite(connection: Connection, asked: ColumnElement[bool]) -> History:
    metrics = _METRICS.c
    # In order of step, so that SQLite walks the one index that has run, key and step.
    query = select(metrics.step, metrics.value, metrics.timestamp, metrics.is_nan).where(asked).order_by(metrics.step)
    # The driver's own cursor: its tuples become columns as they come, SQLAlchemy's rows take twice as long.
    rows = np.fromiter(typed("Iterable[Any]", connection.execute(query).cursor), _ROW)
    return _history(rows["step"], rows["value"], rows["timestamp"], rows["is_nan"])


def _from_postgresql(connection: Connection, asked: ColumnElement[bool]) -> dict[str, History]:
    """All rows by run, in one query; each column comes as one binary string, so that Python touches no single row."""
    metrics = _METRICS.c
    value = case((metrics.is_nan, literal_column("'NaN'::float8")), else_=metrics.value)
    nothing: ColumnElement[bytes] = literal_column("''::bytea")
    # All three see the rows of a run in the same order, whichever it is.
    packed = [
        func.string_agg(part, nothing)
        for part in (func.int8send(metrics.step), func.float8send(value), func.int8send(metrics.timestamp))
    ]
    found = {}
    query = select(metrics.run_uuid, *packed).where(asked).group_by(metrics.run_uuid)
    for run_id, step, number, timestamp in connection.execute(query):
        values = np.frombuffer(number, ">f8").astype(np.float64)
        steps, timestamps = (np.frombuffer(part, ">i8").astype(np.int64) for part in (step, timestamp))
        found[run_id] = _history(steps, values, timestamps, np.isnan(values))
    return found


def _history(step: Any, value: Any, timestamp: Any, is_nan: Any) -> History:
    return in_order(np.ascontiguousarray(step), np.where(is_nan, np.nan, value), np.ascontiguousarray(timestamp))
