"""Reads runs from the rows of MLflow's database to the same columns as from its REST API."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Select, TableClause, literal_column, select

from domain.errors import BadResponse
from domain.errors.answers import NotAText
from domain.errors.services import DatabaseFailed
from domain.messages import Text
from domain.run_table.arranging import STATUSES
from domain.run_table.arrays.parts import Parts
from domain.run_table.columns import NO_TIME
from domain.run_table.raw_runs import RawMetrics, RawRuns, RawTexts
from domain.tracking.runs import BadRow
from mlflow_api.histories.columns import as_logged
from mlflow_api.schemas import Experiment, bad_row_of, run_of
from services.database.mlflow_database import SERVICE
from services.tracking.sources.mlflow_tables import LATEST, PARAMS, RUNS, TAGS

# SQLite accepts at most 32,766 values in a statement.
_IDS_PER_STATEMENT: Final = 1_000
# A row of a value takes some 500 bytes as Python objects, and 50,000 runs have a million.
_ROWS_AT_A_TIME: Final = 10_000
_RUN_NAME: Final = "mlflow.runName"
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS_CODE: Final = {status.value: code for code, status in enumerate(STATUSES)}
_Row = tuple[Any, ...]


class Heads(NamedTuple):
    """Valid rows of the table of runs, and what is wrong with the others."""

    rows: list[_Row]
    bad: list[BadRow]


def heads(connection: Connection, which: ColumnElement[bool], experiments: Mapping[str, Experiment]) -> Heads:
    """Reads the rows of some runs, newest start first."""
    columns = (RUNS.c.run_uuid, RUNS.c.name, RUNS.c.status, RUNS.c.start_time, RUNS.c.end_time, RUNS.c.experiment_id)
    newest_first = (RUNS.c.start_time.is_(None), RUNS.c.start_time.desc(), RUNS.c.run_uuid)
    found = Heads([], [])
    for row in rows_of(connection, select(*columns).where(which).order_by(*newest_first)):
        if (error := _misfit(row, experiments)) is None:
            found.rows.append(row)
        else:
            found.bad.append(error)
    return found


def details(
    connection: Connection,
    found: Sequence[_Row],
    experiments: Mapping[str, Experiment],
    metrics: Iterable[str] | None,
    *,
    is_all: bool,
) -> Parts:
    """Reads what those runs logged: of metrics only the named ones, or all for None.

    If these are all runs (`is_all`), whole tables are read in their order, which is ten times as fast as by run.
    """
    row_of = {row[0]: number for number, row in enumerate(found)}
    only = None if metrics is None else sorted(metrics)
    read = _reader(connection, None if is_all else list(row_of))
    params, tags = (_texts(read(table, None, ("key", "value")), row_of) for table in (PARAMS, TAGS))
    points = read(LATEST, only, ("key", "value", "step", "timestamp", "is_nan"))
    names = {row: value for row, key, value in zip(*tags, strict=True) if key == _RUN_NAME}
    groups = [str(row[5]) for row in found]
    return RawRuns(
        run_id=list(row_of),
        name=[row[1] or names.get(number, "") for number, row in enumerate(found)],
        experiment_id=groups,
        experiment=[experiments[group].name if group in experiments else group for group in groups],
        status=np.array([_STATUS_CODE[row[2]] for row in found], np.int8),
        start_ms=_moments(row[3] for row in found),
        end_ms=_moments(row[4] for row in found),
        metrics=_points(points, row_of),
        params=params,
        tags=tags,
    ).parts()


def rows_of(connection: Connection, query: Select[Any]) -> list[_Row]:
    """Reads all rows by the driver's own cursor, because SQLAlchemy's rows take twice as long."""
    cursor: Any = connection.execute(query).cursor
    return list(cursor.fetchall())


def _pieces_of(connection: Connection, query: Select[Any]) -> Iterator[list[_Row]]:
    """Yields rows as `rows_of` does, in pieces, so that not all are in memory; rows may have an additional last cell.

    For SQLite each piece is a separate query: during one MLflow cannot write, and it waits for five seconds.
    """
    if connection.dialect.name != "sqlite":
        cursor: Any = connection.execute(query).cursor
        while rows := list(cursor.fetchmany(_ROWS_AT_A_TIME)):
            yield rows
        return
    place: ColumnElement[int] = literal_column("rowid")
    query, last = query.add_columns(place).order_by(place).limit(_ROWS_AT_A_TIME), -1
    while rows := rows_of(connection, query.where(place > last)):
        yield rows
        last = rows[-1][-1]


def in_pieces(ids: Sequence[str]) -> Iterator[list[str]]:
    """Yields the ids in pieces that fit into a statement."""
    left = iter(ids)
    while piece := list(islice(left, _IDS_PER_STATEMENT)):
        yield piece


def column_in(rows: Sequence[_Row], place: int, kind: type[np.generic]) -> NDArray[Any]:
    """Returns one column of numbers; raises `DatabaseFailed` for an invalid one, as SQLite does not enforce types."""
    try:
        return np.array([row[place] for row in rows], kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise DatabaseFailed(SERVICE, type(error).__name__, Text(str(error)[:200])) from error


def values_in(rows: Sequence[_Row], place: int, is_nan: NDArray[Any]) -> NDArray[np.float64]:
    """Returns one column of values as they were logged."""
    return as_logged(np.where(is_nan, np.nan, column_in(rows, place, np.float64)))


def _reader(connection: Connection, ids: list[str] | None) -> Any:
    def read(source: TableClause, keys: list[str] | None, names: Sequence[str]) -> Iterable[list[_Row]]:
        query = select(source.c.run_uuid, *(source.c[name] for name in names))
        if ids is None and keys is not None:
            return (rows_of(connection, query.where(source.c.key == key)) for key in keys)
        if ids is None:
            return _pieces_of(connection, query)
        if keys is not None:
            query = query.where(source.c.key.in_(keys))
        return (rows_of(connection, query.where(source.c.run_uuid.in_(piece))) for piece in in_pieces(ids))

    return read


def _texts(pieces: Iterable[Sequence[_Row]], row_of: Mapping[str, int]) -> RawTexts:
    row, keys, values, once = [np.zeros(0, np.intp)], list[str](), list[str](), dict[str, str]()
    for piece in pieces:
        ours = [one for one in piece if one[0] in row_of]
        row.append(np.array([row_of[one[0]] for one in ours], np.intp))
        keys += _texts_once("key", (one[1] for one in ours), once)
        values += _texts_once("value", ("" if one[2] is None else one[2] for one in ours), once)
    return RawTexts(np.concatenate(row), keys, values)


def _points(pieces: Iterable[Sequence[_Row]], row_of: Mapping[str, int]) -> RawMetrics:
    keys, once, found = list[str](), dict[str, str](), [_numbers((), row_of)]
    for piece in pieces:
        ours = [one for one in piece if one[0] in row_of]
        keys += _texts_once("key", (one[1] for one in ours), once)
        found.append(_numbers(ours, row_of))
    row, value, step, timestamp = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return RawMetrics(row, keys, value, step, timestamp)


def _numbers(ours: Sequence[_Row], row_of: Mapping[str, int]) -> tuple[NDArray[Any], ...]:
    """Returns the run number, value, step and timestamp of points."""
    return (
        np.array([row_of[row[0]] for row in ours], np.intp),
        values_in(ours, 2, column_in(ours, 5, np.bool_)),
        column_in(ours, 3, np.int64),
        column_in(ours, 4, np.int64),
    )


def _texts_once(name: str, column: Iterable[Any], once: dict[str, str]) -> list[str]:
    """Returns the texts, with one object for equal ones; the driver creates one for each row."""
    texts = list(column)
    _need_texts(name, texts)
    return list(map(once.setdefault, texts, texts))


def _need_texts(name: str, column: Sequence[Any]) -> None:
    if set(map(type, column)) - {str}:
        raise BadResponse(SERVICE, name, NotAText())


def _moments(values: Iterable[Any]) -> NDArray[np.int64]:
    return np.array([NO_TIME if moment is None else moment for moment in values], np.int64)


def _misfit(row: _Row, experiments: Mapping[str, Experiment]) -> BadRow | None:
    """Returns what is wrong with a row, with the same texts as for an answer of the REST API."""
    run_id, name, status, start, end, group = row
    times = {type(start), type(end)} <= {int, type(None)}
    if times and type(run_id) is str and _RUN_ID.fullmatch(run_id) and status in _STATUS_CODE:
        return None
    info = {"run_id": run_id, "run_name": name or "", "status": status, "start_time": start, "end_time": end}
    raw = {"info": {**info, "experiment_id": str(group)}}
    try:
        run_of(raw, dict(experiments))
    except ValidationError as error:
        return bad_row_of(raw, error)
    return None
