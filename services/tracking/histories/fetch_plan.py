"""Plans what to read for histories that are missing or outdated: as little as possible without wrong lines.

A running run is read from its last known step on: 30 ms for ten runs. Points that it logs late, at an older step,
appear when it ends, because it is then read again in full; so is a finished run whose latest value changed. Full
readings run in the background: 100,000 points cost MLflow 5 s, and the known line is shown meanwhile. (Comparing
MLflow's even sample with a sample of the known points would cost a tenth, but could miss late points.)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from domain.errors import AccessDenied, ClewError, ServiceUnavailable
from domain.tracking.history import FIRST_STEP, History, HistoryPart
from domain.tracking.runs import Run
from mlflow_api.histories.windows import MAX_ROWS
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.format import Entry, Series
from services.tracking.histories.metric_source import MetricSource

# A chart draws about as many points; requesting all 2,500 makes a first fetch a quarter slower.
SAMPLE_POINTS = 1_000
# Long histories cost the server 0.5 s each, several times that where it is busy: small batches return in time.
_LONG_BATCH, _SHORT_BATCH = 2, 100
# Runs at nearly the same step share a request; each answer has at most this many already known steps.
_STEPS_TOGETHER = 500
_WAIT_SECONDS = 60.0


class FetchBatch(NamedTuple):
    """One request: metric `key` of some runs, from a step on."""

    key: str
    from_step: int
    runs: tuple[Run, ...]

    @property
    def most(self) -> int:
        """The number of points from which the answer may be a sample."""
        return SAMPLE_POINTS if self.from_step == FIRST_STEP and _is_long(self.runs[0], self.key) else MAX_ROWS


class Fill(NamedTuple):
    """A history to be read in full from a step on; `sample` shows where its points are."""

    series: Series
    run: Run
    from_step: int
    sample: History | None


class BatchResult(NamedTuple):
    """The result of a batch: the histories to read in full, and the failures."""

    fills: list[Fill]
    failures: dict[Series, ClewError]


def plan_fetches(due: Mapping[Series, Run], entries: Mapping[Series, Entry | None]) -> Iterator[FetchBatch]:
    """Yields the fewest requests that bring `due` up to date."""
    by_key: dict[str, list[tuple[int, bool, Run]]] = {}
    for series, run in due.items():
        start = _start(entries[series], run)
        by_key.setdefault(series.key, []).append((start, _is_long(run, series.key), run))
    for key, found in by_key.items():
        found.sort(key=lambda one: one[:2])
        while found:
            start, is_long, _ = found[0]
            size = _LONG_BATCH if is_long and start == FIRST_STEP else _SHORT_BATCH
            batch = [one for one in found[:size] if one[0] - start <= _STEPS_TOGETHER and one[1] == is_long]
            yield FetchBatch(key, start, tuple(run for _, _, run in batch))
            del found[: len(batch)]


class HistoryReader:
    """Reads from `source` into `files`, locking each piece of work on this host."""

    def __init__(self, source: MetricSource, files: HistoryFiles) -> None:
        self._source = source
        self._files = files

    def fetch(self, batch: FetchBatch) -> BatchResult:
        """Brings the runs of `batch` up to date, or to an even sample and a `Fill`."""
        work = f"{batch.key} {batch.from_step} {[run.run_id for run in batch.runs]}"
        with self._files.alone("batch", work, _WAIT_SECONDS):
            runs = tuple(run for run in batch.runs if not self._is_current(Series(run.run_id, batch.key), run))
            return self._fetched(batch._replace(runs=runs)) if runs else BatchResult([], {})

    def fill(self, fill: Fill, wanted: Callable[[], bool]) -> None:
        """Reads all points; skips if another worker is reading them, and stops when they are no longer `wanted`."""
        series, run = fill.series, fill.run
        with self._files.alone("fill", f"{series.key} {series.run_id}") as alone:
            if not alone or not wanted() or self._is_complete(series, run):
                return
            found = self._source.fetch_all(series.run_id, series.key, fill.from_step, fill.sample, wanted)
            known = self._known(series)
            if found is None or (known is None and fill.from_step != FIRST_STEP):
                return
            if known is not None and fill.from_step != FIRST_STEP:
                found = known.before(fill.from_step).followed_by(found)
            self._save(series, run, found)

    def _fetched(self, batch: FetchBatch) -> BatchResult:
        parts, failed = self._parts(batch)
        fetched = BatchResult([], {Series(run_id, batch.key): error for run_id, error in failed.items()})
        for run in batch.runs:
            series = Series(run.run_id, batch.key)
            try:
                if run.run_id in parts and (fill := self._taken(series, run, batch, parts[run.run_id])):
                    fetched.fills.append(fill)
            except ClewError as error:
                fetched.failures[series] = error
        return fetched

    def _parts(self, batch: FetchBatch) -> tuple[dict[str, HistoryPart], dict[str, ClewError]]:
        """Returns the answer for each run, or its failure; a run that MLflow refuses does not hide the others."""
        ids = [run.run_id for run in batch.runs]
        try:
            return self._source.fetch(ids, batch.key, batch.from_step, batch.most), {}
        except ClewError as error:
            if len(ids) == 1 or isinstance(error, ServiceUnavailable | AccessDenied):
                return {}, dict.fromkeys(ids, error)
        parts: dict[str, HistoryPart] = {}
        failed: dict[str, ClewError] = {}
        for run in batch.runs:
            one, wrong = self._parts(batch._replace(runs=(run,)))
            parts |= one
            failed |= wrong
        return parts, failed

    def _taken(self, series: Series, run: Run, batch: FetchBatch, part: HistoryPart) -> Fill | None:
        known = self._known(series)
        if batch.from_step != FIRST_STEP:
            return self._grown(series, run, batch.from_step, known, part)
        if part.exact and part.history is not None:
            self._save(series, run, part.history)
            return None
        # A complete history, even if outdated, is better than a sample.
        if part.history is not None and known is None:
            self._save(series, run, part.history, exact=False)
        return Fill(series, run, FIRST_STEP, part.history)

    def _grown(self, series: Series, run: Run, from_step: int, known: History | None, tail: HistoryPart) -> Fill | None:
        if known is None:
            return Fill(series, run, FIRST_STEP, None)  # its beginning was evicted meanwhile
        if not tail.exact or tail.history is None:
            return Fill(series, run, from_step, tail.history)
        if not len(tail.history) or tail.history.step[-1] < known.step[-1]:
            return Fill(series, run, FIRST_STEP, None)  # known points were deleted
        self._save(series, run, known.before(from_step).followed_by(tail.history))
        return None

    def _save(self, series: Series, run: Run, history: History, exact: bool = True) -> None:
        self._files.save(series, Entry(history, run.metrics[series.key], run.is_over, exact))

    def _known(self, series: Series) -> History | None:
        entry = self._files.load(series)
        return entry.history if entry is not None and entry.exact else None

    def _is_current(self, series: Series, run: Run) -> bool:
        entry = self._files.load(series)
        return entry is not None and entry.is_current(run, series.key)

    def _is_complete(self, series: Series, run: Run) -> bool:
        entry = self._files.load(series)
        return entry is not None and entry.exact and entry.is_current(run, series.key)


def _start(entry: Entry | None, run: Run) -> int:
    """Returns the step to read from: for a running run, its last known one."""
    if entry is None or not entry.exact or run.is_over or not len(entry.history):
        return FIRST_STEP
    return int(entry.history.step[-1])


def _is_long(run: Run, key: str) -> bool:
    return abs(run.metrics[key].step) >= MAX_ROWS
