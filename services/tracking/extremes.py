"""The least and the greatest value of metrics, as they become known from histories that come in the background."""

import threading
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from cachetools import LRUCache, TTLCache

from domain.points.extremes import Extremes, extremes
from domain.tracking.runs import LatestMetric, Run
from services.tracking.histories.store import HistoryStore, Series

# Of a run with thousands of metrics MLflow reads so many at a time, and the next ones when somebody still looks.
_AT_ONCE: Final = 32
_MOST_KEPT: Final = 200_000
_AGAIN_SECONDS: Final = 60.0


class KnownExtremes(NamedTuple):
    """Those known by now, by key, and of how many metrics they are still to come."""

    found: Mapping[str, Extremes]
    pending: int


class _Kept(NamedTuple):
    latest: LatestMetric
    over: bool
    extremes: Extremes


class MetricExtremes:
    """Finds them from the histories in `histories`; one for all threads of a worker."""

    def __init__(self, histories: HistoryStore) -> None:
        self._histories = histories
        self._kept: LRUCache[Series, _Kept] = LRUCache(_MOST_KEPT)
        self._failed: TTLCache[Series, bool] = TTLCache(_MOST_KEPT, _AGAIN_SECONDS)
        self._lock = threading.Lock()

    def known(self, run: Run) -> KnownExtremes:
        """What is known of the run's metrics; reads nothing."""
        with self._lock:
            found = {key: kept.extremes for key in run.metrics if (kept := self._current(run, key)) is not None}
        return KnownExtremes(found, len(run.metrics) - len(found))

    def read(self, run: Run, wait_seconds: float) -> KnownExtremes:
        """As `known`, having read some of those that are missing for up to `wait_seconds`."""
        missing = self._missing(run, self.known(run).found)[:_AT_ONCE]
        if missing:
            self._take(run, missing, wait_seconds)
        known = self.known(run)
        return known._replace(pending=len(self._missing(run, known.found)))

    def _take(self, run: Run, keys: list[str], wait_seconds: float) -> None:
        histories = self._histories.get([run], {run.run_id: keys}, wait_seconds)
        whole = {series: history for series, history in histories.found.items() if series not in histories.pending}
        new = {series: extremes(history) for series, history in whole.items() if series not in histories.failures}
        with self._lock:
            for series, found in new.items():
                self._kept[series] = _Kept(run.metrics[series.key], run.is_over, found)
            self._failed.update(dict.fromkeys(histories.failures, True))
        self._histories.release(new)

    def _missing(self, run: Run, found: Iterable[str]) -> list[str]:
        """The metrics to be read, without those that could not be a moment ago."""
        with self._lock:
            missing = run.metrics.keys() - set(found)
            return sorted(key for key in missing if Series(run.run_id, key) not in self._failed)

    def _current(self, run: Run, key: str) -> _Kept | None:
        """With the lock held."""
        kept = self._kept.get(Series(run.run_id, key))
        is_current = kept is not None and kept.latest == run.metrics[key] and kept.over == run.is_over
        return kept if is_current else None
