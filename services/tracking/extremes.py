"""The extremes of a run's metrics: from MLflow's database where it works, else from histories."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final, NamedTuple

from cachetools import LRUCache, TTLCache

from concurrency.single_flight import SingleFlight, has_ended
from domain.errors import ServiceError
from domain.points.extremes import Extremes, extremes
from domain.tracking.runs import LatestMetric, Run
from services.tracking.histories.store import HistoryStore, Series
from services.tracking.run_source import ColumnReader
from transport.cooldown import Cooldown

# For a run with thousands of metrics this many are read at a time, and more with the next request.
_AT_ONCE: Final = 32
_MAX_KEPT: Final = 200_000
_AGAIN_SECONDS: Final = 60.0
log = logging.getLogger(__name__)


class KnownExtremes(NamedTuple):
    """The known extremes by key, and the number of metrics still to be read."""

    found: Mapping[str, Extremes]
    pending: int


class _Kept(NamedTuple):
    latest: LatestMetric
    over: bool
    extremes: Extremes


class MetricExtremes:
    """Finds extremes by `reader`, or from `histories`; shared by all threads of a worker."""

    def __init__(self, histories: HistoryStore, reader: ColumnReader | None) -> None:
        self._histories = histories
        self._reader = reader
        self._reader_paused = Cooldown(_AGAIN_SECONDS)
        self._flights: SingleFlight[None] = SingleFlight("extremes")
        self._kept: LRUCache[Series, _Kept] = LRUCache(_MAX_KEPT)
        self._failed: TTLCache[Series, bool] = TTLCache(_MAX_KEPT, _AGAIN_SECONDS)
        self._lock = threading.Lock()

    def known(self, run: Run) -> KnownExtremes:
        """Returns the known extremes of the run's metrics; reads nothing."""
        with self._lock:
            found = {key: kept.extremes for key in run.metrics if (kept := self._current(run, key)) is not None}
        return KnownExtremes(found, len(run.metrics) - len(found))

    def read(self, run: Run, wait_seconds: float) -> KnownExtremes:
        """Reads missing extremes for up to `wait_seconds`, and returns the known ones."""
        missing = self._missing(run, self.known(run).found)
        if missing:
            self._read_missing(run, missing, wait_seconds)
        known = self.known(run)
        return known._replace(pending=len(self._missing(run, known.found)))

    def _read_missing(self, run: Run, keys: list[str], wait_seconds: float) -> None:
        if self._reader is not None and not self._reader_paused:
            by_reader = partial(self._read_by, self._reader, run, keys, time.monotonic() + wait_seconds)
            has_ended(self._flights.join(run.run_id, by_reader), wait_seconds)
        if self._reader is None or self._reader_paused:
            self._take(run, keys[:_AT_ONCE], wait_seconds)

    def _read_by(self, reader: ColumnReader, run: Run, keys: list[str], ends: float) -> None:
        """Reads until `ends`; the rest is left to the next request, so that no unneeded work continues."""
        for begin in range(0, len(keys), _AT_ONCE):
            piece = keys[begin : begin + _AT_ONCE]
            try:
                found = reader.extremes_of_run(run.run_id, piece)
            except ServiceError as error:
                log.warning("extremes come over REST, not from the database", extra={"cause": str(error)})
                self._reader_paused.start()
                return
            self._keep(run, found, failed=set(piece) - found.keys())
            if time.monotonic() >= ends:
                return

    def _keep(self, run: Run, found: Mapping[str, Extremes], failed: Iterable[str]) -> None:
        with self._lock:
            for key, one in found.items():
                self._kept[Series(run.run_id, key)] = _Kept(run.metrics[key], run.is_over, one)
            self._failed.update({Series(run.run_id, key): True for key in failed})

    def _take(self, run: Run, keys: list[str], wait_seconds: float) -> None:
        histories = self._histories.get([run], {run.run_id: keys}, wait_seconds)
        whole = {series: history for series, history in histories.found.items() if series not in histories.pending}
        new = {series: extremes(history) for series, history in whole.items() if series not in histories.failures}
        self._keep(run, {series.key: one for series, one in new.items()}, {one.key for one in histories.failures})
        self._histories.release(new)

    def _missing(self, run: Run, found: Iterable[str]) -> list[str]:
        """Returns the metrics to read, without those that failed a moment ago."""
        with self._lock:
            missing = run.metrics.keys() - set(found)
            return sorted(key for key in missing if Series(run.run_id, key) not in self._failed)

    def _current(self, run: Run, key: str) -> _Kept | None:
        """Returns the cache entry if it is current; expects the lock to be held."""
        kept = self._kept.get(Series(run.run_id, key))
        is_current = kept is not None and kept.latest == run.metrics[key] and kept.over == run.is_over
        return kept if is_current else None
