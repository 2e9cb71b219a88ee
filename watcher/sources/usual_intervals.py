"""The usual logging intervals of runs, from their histories.

Fetched once they have been silent for a while, in batches.
"""

import logging
from collections.abc import Collection, Sequence
from typing import Final

from domain.alerts.kinds import AlertKind
from domain.errors import ClewError
from domain.tracking.history import FIRST_STEP, HistoryPart
from domain.tracking.runs import Run
from mlflow_api.client import MlflowApi
from mlflow_api.histories.metrics import RUNS_PER_CALL, MetricsApi
from watcher.sources.run_facts import MIN_SECONDS, newest_point, silence_key, stalled_after, usual_seconds
from watcher.state.alert_book import AlertBook

_MAX_POINTS: Final = 500
_LAST_OF_A_SAMPLE: Final = 3
_log = logging.getLogger(__name__)


class UsualIntervals:
    """The usual interval of each run, in seconds, fetched once for each silence of the run."""

    def __init__(self, mlflow: MlflowApi, book: AlertBook) -> None:
        self._metrics = MetricsApi(mlflow)
        self._book = book
        self._known: dict[str, tuple[str, float | None]] = {}

    def of(self, run: Run) -> float | None:
        """Returns the run's usual interval; None if it logged too little, or it has not been fetched."""
        return self._known.get(run.run_id, ("", None))[1]

    def keep(self, run_ids: Collection[str]) -> None:
        """Drops all other runs."""
        self._known = {run_id: one for run_id, one in self._known.items() if run_id in run_ids}

    def fetch_due(self, runs: Sequence[Run]) -> None:
        """Fetches the intervals of runs that may have stalled; runs with the same metric share a request."""
        by_key: dict[str, list[Run]] = {}
        for run in runs:
            point = newest_point(run)
            if point is not None and self._is_due(run):
                by_key.setdefault(point[0], []).append(run)
        for key, due in by_key.items():
            for start in range(0, len(due), RUNS_PER_CALL):
                self._fetch(key, due[start : start + RUNS_PER_CALL])

    def _is_due(self, run: Run) -> bool:
        silence, usual = self._known.get(run.run_id, ("", None))
        if silence == silence_key(run):
            return False
        silent = self._book.held_seconds(f"{AlertKind.STALLED.value} {silence_key(run)}")
        return silent >= (stalled_after(usual) if silence else MIN_SECONDS / 2)

    def _fetch(self, key: str, runs: Sequence[Run]) -> None:
        try:
            parts = self._metrics.fetch([run.run_id for run in runs], key, FIRST_STEP, _MAX_POINTS)
            for run in runs:
                self._known[run.run_id] = silence_key(run), self._usual(run, key, parts[run.run_id])
        except ClewError as error:
            _log.info("How often runs log is not known", extra={"metric": key, "cause": str(error)})

    def _usual(self, run: Run, key: str, part: HistoryPart) -> float | None:
        history = part.history
        if history is None:
            return None
        # A sample leaves out points, so its intervals are too long.
        if not part.exact and len(history) > _LAST_OF_A_SAMPLE:
            last = int(history.step[-_LAST_OF_A_SAMPLE])
            end = self._metrics.fetch([run.run_id], key, last, _MAX_POINTS)[run.run_id]
            history = end.history if end.exact and end.history is not None else history
        return usual_seconds(history)
