"""Metric histories for charts: read once, shared by the workers of a host, and a growing run from its last step.

No caller waits longer than it asks for. A long history is drawn from an even sample at once, and from all its points
when they have been read in the background, which continues as long as it is requested.
"""

import logging
import threading
import time
from collections.abc import Iterable, Set
from concurrent.futures import Future, wait
from functools import partial
from typing import NamedTuple

from concurrency.worker_pool import DaemonPool
from domain.errors import ClewError
from domain.tracking.history import FIRST_STEP, History
from domain.tracking.runs import Run
from services.sharing.free_memory import trim_memory
from services.tracking.histories.fetch_plan import FetchBatch, Fill, HistoryReader, plan_fetches
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.format import Series
from services.tracking.histories.metric_source import MetricSource

__all__ = ["Histories", "HistoryStore", "Series"]

WANTED_SECONDS = 60.0
# More than the requests that a source sends at once, because some only wait for another worker.
_FETCHERS = 16
# Fewer than that number, so that a first fetch never waits for all of them.
_FILLERS = 3
# A server that is too slow continues to work after a timeout: repeating the request at once would overload it.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 5.0, 60.0
log = logging.getLogger(__name__)


class Histories(NamedTuple):
    """What is known: the histories (the last known where a fetch failed), those being fetched, and failures.

    Those in `sampled` are even samples; all their points are still being read, so they are pending, too.
    """

    found: dict[Series, History]
    pending: set[Series]
    failures: dict[Series, ClewError]
    sampled: Set[Series] = frozenset()


class _Failure(NamedTuple):
    cause: ClewError
    retry_seconds: float
    retry_at: float


class HistoryStore:
    """The histories of one MLflow, read from `source` and cached in `files`."""

    def __init__(self, source: MetricSource, files: HistoryFiles) -> None:
        self._files = files
        self._reader = HistoryReader(source, files)
        self._fetches: dict[Series, Future[None]] = {}
        self._fills: dict[Series, float] = {}
        self._failures: dict[Series, _Failure] = {}
        self._lock = threading.Lock()
        self._fetchers = DaemonPool(_FETCHERS, "histories")
        self._fillers = DaemonPool(_FILLERS, "all-points")

    def get(self, runs: Iterable[Run], keys_of: dict[str, list[str]], wait_seconds: float) -> Histories:
        """Returns the histories of the metrics `keys_of[run_id]` of each run, after at most `wait_seconds`."""
        wanted = {
            Series(run.run_id, key): run for run in runs for key in keys_of.get(run.run_id, ()) if key in run.metrics
        }
        wait(self._start(wanted), timeout=wait_seconds)
        entries = {series: entry for series in wanted if (entry := self._files.load(series)) is not None}
        sampled = {series for series, entry in entries.items() if not entry.exact}
        with self._lock:
            pending = {series for series in wanted if series in self._fetches or series in self._fills}
            failures = {s: self._failures[s].cause for s in wanted if s in self._failures and s not in self._fetches}
        return Histories(
            found={series: entry.history for series, entry in entries.items()},
            pending=pending | sampled,
            failures=failures,
            sampled=sampled,
        )

    def release(self, held: Iterable[Series]) -> None:
        """Drops histories from memory after a file was written; charts that draw them map them again."""
        for series in held:
            self._files.release(series)

    def retry(self) -> None:
        """Clears all failures, so that a user's retry is not delayed."""
        with self._lock:
            self._failures.clear()

    def _start(self, wanted: dict[Series, Run]) -> list[Future[None]]:
        """Starts what is missing, joins what is running; returns the fetches that `wanted` has to wait for."""
        entries = {series: self._files.load(series) for series in wanted}
        with self._lock:
            now = time.monotonic()
            due: dict[Series, Run] = {}
            for series, run in wanted.items():
                entry = entries[series]
                is_current = entry is not None and entry.is_current(run, series.key)
                if entry is not None and entry.exact and is_current:
                    # Another process may have read what failed in this one.
                    self._failures.pop(series, None)
                elif series in self._fills:
                    self._fills[series] = now
                elif series in self._fetches or (series in self._failures and now < self._failures[series].retry_at):
                    continue
                elif entry is None or not is_current:
                    due[series] = run
                else:
                    self._start_fill(Fill(series, run, FIRST_STEP, entry.history))
            for batch in plan_fetches(due, entries):
                future = self._fetchers.submit(partial(self._fetch, batch))
                self._fetches |= {Series(run.run_id, batch.key): future for run in batch.runs}
            return [self._fetches[series] for series in wanted if series in self._fetches]

    def _fetch(self, batch: FetchBatch) -> None:
        series = [Series(run.run_id, batch.key) for run in batch.runs]
        try:
            fetched = self._reader.fetch(batch)
            with self._lock:
                self._note(series, fetched.failures)
                for fill in fetched.fills:
                    self._start_fill(fill)
        finally:
            with self._lock:
                for one in series:
                    self._fetches.pop(one, None)

    def _start_fill(self, fill: Fill) -> None:
        """Starts a fill; expects the lock to be held."""
        if fill.series not in self._fills:
            self._fills[fill.series] = time.monotonic()
            self._fillers.submit(partial(self._fill, fill))

    def _fill(self, fill: Fill) -> None:
        failures: dict[Series, ClewError] = {}
        try:
            self._reader.fill(fill, lambda: time.monotonic() - self._fills[fill.series] < WANTED_SECONDS)
        except ClewError as error:
            failures[fill.series] = error
        finally:
            with self._lock:
                self._note([fill.series], failures)
                del self._fills[fill.series]
        # Reading 100,000 points takes megabytes, which each of these threads would otherwise keep.
        trim_memory()

    def _note(self, tried: Iterable[Series], failures: dict[Series, ClewError]) -> None:
        """Records the outcome of fetches; expects the lock to be held."""
        for series in tried:
            former = self._failures.pop(series, None)
            if (cause := failures.get(series)) is None:
                continue
            pause = FIRST_RETRY_SECONDS if former is None else min(2 * former.retry_seconds, LAST_RETRY_SECONDS)
            self._failures[series] = _Failure(cause, pause, time.monotonic() + pause)
            log.warning("history failed", extra={"metric": series.key, "run": series.run_id, "cause": str(cause)})
