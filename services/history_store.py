"""Metric histories that charts ask for: fetched once, kept as columns, a growing run only from its last step on.

Nobody waits longer than they say: what is not there yet is fetched in the background and named as pending.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from domain.errors import ClewError
from domain.history import History
from domain.runs import LatestMetric, Run
from services.metric_rest import FIRST_STEP, histories
from services.mlflow_rest import MlflowRest

FETCH_DEADLINE_SECONDS = 60.0
MAX_BYTES = 256 * 2**20
_FETCHERS = 4
log = logging.getLogger(__name__)


class Series(NamedTuple):
    """One metric of one run."""

    run_id: str
    key: str


class Histories(NamedTuple):
    """What is known: the histories found (the last known where a fetch failed), those on their way, and failures."""

    found: dict[Series, History]
    pending: set[Series]
    failures: dict[Series, str]


class _Entry(NamedTuple):
    history: History
    latest: LatestMetric
    over: bool


class HistoryStore:
    """The histories of one MLflow, at most `MAX_BYTES` of them in memory; the least recently drawn leave first."""

    def __init__(self, mlflow: MlflowRest) -> None:
        self._mlflow = mlflow
        self._entries: OrderedDict[Series, _Entry] = OrderedDict()
        self._fetches: dict[Series, Future[None]] = {}
        self._failures: dict[Series, str] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="histories")

    def get(self, runs: Iterable[Run], keys_of: dict[str, list[str]], wait_seconds: float) -> Histories:
        """The histories of the metrics `keys_of[run_id]` of each run, after `wait_seconds` at most."""
        wanted = {Series(run.run_id, key): run for run in runs for key in keys_of.get(run.run_id, ())}
        with self._lock:
            fetches = self._start_fetches(wanted)
        wait(fetches, timeout=wait_seconds)
        with self._lock:
            found = {series: self._entries[series].history for series in wanted if series in self._entries}
            for series in found:
                self._entries.move_to_end(series)
            pending = {series for series in wanted if series in self._fetches}
            failures = {s: self._failures[s] for s in wanted if s in self._failures and s not in pending}
        return Histories(found, pending, failures)

    def _start_fetches(self, wanted: dict[Series, Run]) -> list[Future[None]]:
        """One fetch per metric and starting step for all runs that need it; joins those under way."""
        groups: dict[tuple[str, int], list[Run]] = {}
        for series, run in wanted.items():
            if series not in self._fetches and not self._is_current(series, run):
                entry = self._entries.get(series)
                # A run that just ended is read once more in full: a metric may have been logged late, at an old step.
                grows = entry is not None and not run.is_over and len(entry.history)
                from_step = int(entry.history.step[-1]) if entry is not None and grows else FIRST_STEP
                groups.setdefault((series.key, from_step), []).append(run)
        for (key, from_step), runs in groups.items():
            future = self._pool.submit(self._fetch, key, from_step, runs)
            self._fetches |= {Series(run.run_id, key): future for run in runs}
        return [self._fetches[series] for series in wanted if series in self._fetches]

    def _is_current(self, series: Series, run: Run) -> bool:
        entry = self._entries.get(series)
        return entry is not None and entry.latest == run.metrics[series.key] and entry.over == run.is_over

    def _fetch(self, key: str, from_step: int, runs: list[Run]) -> None:
        ids = [run.run_id for run in runs]
        try:
            fetched = histories(self._mlflow.within(FETCH_DEADLINE_SECONDS), ids, key, from_step)
            with self._lock:
                for run in runs:
                    self._keep(Series(run.run_id, key), run, fetched[run.run_id], from_step)
        except ClewError as error:
            log.warning("history failed", extra={"metric": key, "runs": ids, "cause": str(error)})
            with self._lock:
                self._failures |= {Series(run_id, key): str(error) for run_id in ids}
        finally:
            with self._lock:
                for run_id in ids:
                    self._fetches.pop(Series(run_id, key), None)

    def _keep(self, series: Series, run: Run, fetched: History, from_step: int) -> None:
        former = self._entries.pop(series, None)
        if former is None and from_step != FIRST_STEP:
            return  # its beginning was evicted meanwhile; the next look fetches the whole
        whole = fetched if former is None else former.history.before(from_step).followed_by(fetched)
        self._entries[series] = _Entry(whole, run.metrics[series.key], run.is_over)
        self._failures.pop(series, None)
        while len(self._entries) > 1 and sum(entry.history.nbytes for entry in self._entries.values()) > MAX_BYTES:
            self._entries.popitem(last=False)
