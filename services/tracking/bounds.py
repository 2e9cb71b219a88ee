"""The least and greatest value of a metric of all runs, read in the background, cached while runs do not change."""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Final, NamedTuple, Protocol

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from concurrency.single_flight import SingleFlight, has_ended
from domain.errors import ClewError
from domain.points.extremes import extremes
from domain.run_table.columns import MetricColumn, NumberColumn
from domain.run_table.table import RunTable
from services.tracking.histories.store import HistoryStore
from services.tracking.run_source import ColumnReader

# Results within this time are included; the page polls for the rest.
_PATIENCE_SECONDS: Final = 0.5
# The reading of a long list stops if no request came for this long.
_WANTED_SECONDS: Final = 30.0
_READ_SECONDS: Final = 30.0
_RUNS_AT_ONCE: Final = 20
_MAX_KEYS: Final = 32
_Mark = tuple[int, int, int]
"""The newest point of a run: while it is unchanged, so are the bounds."""
Bounds = tuple[float | None, float | None]
log = logging.getLogger(__name__)


class BoundsSource(Protocol):
    """Reads the bounds of one metric; raises a `ClewError`."""

    at_once: int | None
    """The number of runs of one call; None for all."""

    def bounds(self, table: RunTable, run_ids: list[str], key: str) -> Mapping[str, Bounds]:
        """Returns the least and greatest value by run; runs whose points have not all been read are left out."""


class ColumnBounds:
    """Reads bounds from the source of single columns, of all runs in one query."""

    at_once: int | None = None

    def __init__(self, reader: ColumnReader) -> None:
        self._reader = reader

    def bounds(self, _table: RunTable, run_ids: list[str], key: str) -> Mapping[str, Bounds]:
        """Implements `BoundsSource`."""
        found = self._reader.extremes(key, run_ids)
        least, greatest = (_numbers(column) for column in (found.least, found.greatest))
        return dict(zip(run_ids, zip(least, greatest, strict=True), strict=True))


class HistoryBounds:
    """Reads bounds from all points, some runs at a time, because MLflow returns them slowly."""

    at_once: int | None = _RUNS_AT_ONCE

    def __init__(self, histories: HistoryStore) -> None:
        self._histories = histories

    def bounds(self, table: RunTable, run_ids: list[str], key: str) -> Mapping[str, Bounds]:
        """Implements `BoundsSource`."""
        runs = [run for run_id in run_ids if (run := table.get(run_id)) is not None]
        known = self._histories.get(runs, {run.run_id: [key] for run in runs}, _READ_SECONDS)
        whole = known.found.keys() - known.pending - known.failures.keys()
        found = {series.run_id: extremes(known.found[series])[:2] for series in whole}
        self._histories.release(known.found)
        return found


class _Kept(NamedTuple):
    mark: _Mark
    bounds: Bounds


class MetricBounds:
    """The known bounds, by metric and run; shared by all threads of a worker."""

    def __init__(self, histories: BoundsSource, database: BoundsSource | None) -> None:
        self._histories = histories
        self._database = database
        self._kept: LRUCache[str, dict[str, _Kept]] = LRUCache(_MAX_KEYS)
        self._wanted: dict[str, float] = {}
        self._lock = threading.Lock()
        self._flights: SingleFlight[None] = SingleFlight("bounds of metrics")

    def column(self, table: RunTable, key: str, points: MetricColumn, *, least: bool) -> NumberColumn:
        """Returns the least or greatest value of each run; `points` are the newest ones of all runs."""
        missing = self._missing(table, key, points)
        if missing:
            self._wanted[key] = time.monotonic()
            has_ended(self._start(table, key, points), _PATIENCE_SECONDS)
        marks, kept = _marks(table, points), self._known(key)
        values = np.full(len(table), np.nan)
        pending = 0
        for row, (run_id, mark) in zip(np.flatnonzero(points.logged).tolist(), marks.items(), strict=True):
            one = kept.get(run_id)
            pending += one is None or one.mark != mark
            value = None if one is None else one.bounds[0 if least else 1]
            values[row] = np.nan if value is None else value
        return NumberColumn(values, pending=pending)

    def _start(self, table: RunTable, key: str, points: MetricColumn) -> Future[None]:
        return self._flights.join(key, lambda: self._read(table, key, points))

    def _read(self, table: RunTable, key: str, points: MetricColumn) -> None:
        """Reads the newest runs first, as long as requests come."""
        missing, marks = self._missing(table, key, points), _marks(table, points)
        # If the list itself could not be read from the database, its columns could not either.
        source = self._histories if self._database is None or table.facts.over_rest is not None else self._database
        step = source.at_once or max(1, len(missing))
        for begin in range(0, len(missing), step):
            if time.monotonic() - self._wanted.get(key, 0.0) > _WANTED_SECONDS:
                return
            try:
                found = source.bounds(table, missing[begin : begin + step], key)
            except ClewError as error:
                log.warning("bounds could not be read", extra={"metric": key, "cause": str(error)})
                return
            with self._lock:
                kept = self._kept.setdefault(key, {})
                kept.update({run_id: _Kept(marks[run_id], bounds) for run_id, bounds in found.items()})

    def _missing(self, table: RunTable, key: str, points: MetricColumn) -> list[str]:
        kept = self._known(key)
        return [
            run_id
            for run_id, mark in _marks(table, points).items()
            if (one := kept.get(run_id)) is None or one.mark != mark
        ]

    def _known(self, key: str) -> dict[str, _Kept]:
        with self._lock:
            return dict(self._kept.get(key, {}))


def _marks(table: RunTable, points: MetricColumn) -> dict[str, _Mark]:
    """Returns the newest point of each run that logged the metric, in the order of the list; NaN equals NaN."""
    rows = np.flatnonzero(points.logged)
    ids = table.texts(table.parts.runs.run_id[rows])
    columns = (points.value[rows].view(np.int64), points.step[rows], points.timestamp[rows])
    return dict(zip(ids, zip(*(column.tolist() for column in columns), strict=True), strict=True))


def _numbers(column: NDArray[np.float64]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in column.tolist()]
