"""Metric histories from MLflow's REST API: an even sample at once, all points in windows.

`get-history-bulk-interval` is the endpoint of MLflow's own pages: up to 100 runs at once, at most 2,500 rows a run,
and a sample if there are more. Measured on SQLite, 100,000 points take 5 s in windows of it and 8–11 s with the
public `get-history`, which is used wherever that endpoint is missing or refuses.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel

from domain.errors import AccessDenied, BadInput, BadResponse, ClewError, NotFound
from domain.errors.answers import HistoryChanged, OutsideRange, UnknownRun
from domain.tracking.history import LAST_STEP, History, HistoryPart
from mlflow_api.client import MlflowApi
from mlflow_api.histories.columns import from_rows, joined
from mlflow_api.histories.windows import MAX_ROWS, CrowdedStep, in_windows
from mlflow_api.priority_semaphore import PrioritySemaphore
from mlflow_api.schemas import SERVICE, validated
from transport.cooldown import Cooldown

RUNS_PER_CALL = 100
CALLS_AT_ONCE = 4
_CALL_SECONDS = 60.0
_INTERVAL = "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval"
_FIRST_PAGE, _PAGE = 5_000, 25_000
# Answers that mean that this server lacks the endpoint, or refuses it to us. No answer at all does not mean that.
_REFUSALS = (NotFound, BadInput, BadResponse, AccessDenied)
log = logging.getLogger(__name__)


class _Rows(BaseModel):
    metrics: list[Any] = []
    next_page_token: str = ""


class MetricsApi:
    """The histories of one MLflow over REST, with at most `CALLS_AT_ONCE` requests at a time."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow
        self._semaphore = PrioritySemaphore(CALLS_AT_ONCE)
        self._interval_avoided = Cooldown()

    def fetch(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, HistoryPart]:
        """Implements `MetricSource.fetch`, for up to `RUNS_PER_CALL` runs in one request."""
        if self._interval_avoided:
            return self._first_pages(run_ids, key, from_step)
        try:
            return self._interval(run_ids, key, from_step, LAST_STEP, min(most, MAX_ROWS), urgent=True)
        except _REFUSALS as error:
            found = self._first_pages(run_ids, key, from_step)
            self._avoid_interval(error)
            return found

    def fetch_all(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """Implements `MetricSource.fetch_all`."""
        if self._interval_avoided:
            return self._by_pages(run_id, key, from_step, wanted)
        try:
            return self._by_windows(run_id, key, from_step, sample, wanted)
        except CrowdedStep:
            return self._by_pages(run_id, key, from_step, wanted)
        except _REFUSALS as error:
            found = self._by_pages(run_id, key, from_step, wanted)
            self._avoid_interval(error)
            return found

    def _by_windows(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        if sample is None:
            sample, exact = self._interval([run_id], key, from_step, LAST_STEP, MAX_ROWS)[run_id]
            if exact or sample is None:
                return sample
        parts: list[History] = []
        for part in in_windows(lambda first, last: self._window(run_id, key, first, last), sample):
            parts.append(part)
            if not wanted():
                return None
        return joined(parts)

    def _window(self, run_id: str, key: str, first: int, last: int) -> History:
        found = self._interval([run_id], key, first, last, MAX_ROWS)[run_id].history
        assert found is not None
        return found

    def _interval(
        self, run_ids: Sequence[str], key: str, first: int, last: int, most: int, urgent: bool = False
    ) -> dict[str, HistoryPart]:
        # Always with a range of steps: without one SQLite scans the key in all runs.
        query = {"run_ids": run_ids, "metric_key": key, "start_step": first, "end_step": last, "max_results": most}
        answer = validated(_Rows, self._call(lambda mlflow: mlflow.get(_INTERVAL, query), urgent))
        found = _by_run(answer.metrics, run_ids)
        for history in found.values():
            if len(history) and not first <= history.step[0] <= history.step[-1] <= last:
                raise BadResponse(SERVICE, "metrics.step", OutsideRange())
        spread = _is_sampled_by_run(found, most)
        return {
            run_id: HistoryPart(history, len(history) < most and (len(run_ids) == 1 or spread))
            for run_id, history in found.items()
        }

    def _first_pages(self, run_ids: Sequence[str], key: str, from_step: int) -> dict[str, HistoryPart]:
        """Reads the first pages, which for a long history are no sample of it: `get-history` sorts by time."""
        parts: dict[str, HistoryPart] = {}
        for run_id in run_ids:
            page = self._page(run_id, key, _FIRST_PAGE, "", urgent=True)
            exact = not page.next_page_token
            parts[run_id] = HistoryPart(from_rows(page.metrics).from_step(from_step) if exact else None, exact)
        return parts

    def _by_pages(self, run_id: str, key: str, from_step: int, wanted: Callable[[], bool]) -> History | None:
        rows: list[Any] = []
        for page in self._pages(run_id, key):
            rows += page.metrics
            if not wanted():
                return None
        whole = from_rows(rows)
        if _has_duplicates(whole):
            # Pages are offsets: a row added in between shifts another one onto two pages.
            raise BadResponse(SERVICE, "metrics", HistoryChanged())
        return whole.from_step(from_step)

    def _pages(self, run_id: str, key: str) -> Iterator[_Rows]:
        page = self._page(run_id, key, _PAGE, "")
        yield page
        while token := page.next_page_token:
            page = self._page(run_id, key, _PAGE, token)
            yield page

    def _page(self, run_id: str, key: str, size: int, token: str, urgent: bool = False) -> _Rows:
        query: Mapping[str, Any] = {"run_id": run_id, "metric_key": key, "max_results": size}
        query = {**query, "page_token": token} if token else query
        return validated(_Rows, self._call(lambda mlflow: mlflow.get_api("metrics/get-history", query), urgent))

    def _call(self, call: Callable[[MlflowApi], Any], urgent: bool) -> Any:
        with self._semaphore.hold(urgent):
            return call(self._mlflow.within(_CALL_SECONDS))

    def _avoid_interval(self, error: ClewError) -> None:
        self._interval_avoided.start()
        log.warning("MLflow's interval endpoint is left alone for some minutes", extra={"cause": str(error)})


def _by_run(rows: Sequence[Any], run_ids: Sequence[str]) -> dict[str, History]:
    by_run: dict[str, list[Any]] = {run_id: [] for run_id in run_ids}
    for row in rows:
        if type(row) is not dict or row.get("run_id") not in by_run:
            raise BadResponse(SERVICE, "metrics.run_id", UnknownRun())
        by_run[row["run_id"]].append(row)
    return {run_id: from_rows(found) for run_id, found in by_run.items()}


def _is_sampled_by_run(found: Mapping[str, History], most: int) -> bool:
    """Returns whether each run was sampled by itself.

    Older servers sample the steps of all runs together, so that a short answer can be a sample, too. They never
    return more different steps than requested, besides each run's first and last; with fewer steps nothing is
    sampled.
    """
    steps = len(np.unique(np.concatenate([history.step for history in found.values()]))) if found else 0
    return steps < most or steps > most + 1 + 2 * len(found)


def _has_duplicates(history: History) -> bool:
    """Returns whether a point occurs twice, which MLflow's primary key forbids."""
    same = (history.step[1:] == history.step[:-1]) & (history.timestamp[1:] == history.timestamp[:-1])
    value, former = history.value[1:], history.value[:-1]
    return bool((same & ((value == former) | (np.isnan(value) & np.isnan(former)))).any())
