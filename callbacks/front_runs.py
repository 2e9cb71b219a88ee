"""What the front page's tiles of runs show: the runs in progress, and the best ones."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from components.front import front, front_best
from domain.front import in_progress
from domain.run_table.table import RunTable
from domain.tracking.best_runs import BestRuns, best_per_algorithm
from domain.tracking.runs import RunStatus
from domain.tracking.vocabulary import Vocabulary

_SECONDS_PER_HOUR: Final = 3600
Filled = tuple[Any, Any]  # a fingerprint of a tile's content, and what draws it
Fill = Callable[[RunTable, datetime], Filled | None]  # makes that from the runs, as of a moment


def runs_in_progress_by(vocabulary: Vocabulary) -> Fill:
    """Returns a function that draws the runs in progress; None while such runs may still come."""

    def fill(runs: RunTable, as_of: datetime) -> Filled | None:
        found = in_progress(runs.with_status(RunStatus.RUNNING, RunStatus.SCHEDULED), as_of, vocabulary)
        if not found and runs.progress is not None:
            return None
        return [run.model_dump_json() for run in found], lambda: front.runs_in_progress(found)

    return fill


def best_runs_by(vocabulary: Vocabulary) -> Fill:
    """Returns a function that draws the best runs, and caches those of the newest list for an hour; None while the
    first of them may still come.

    Each app has its own, for its vocabulary.
    """

    @cached(LRUCache(1), key=lambda runs, hour: hashkey(runs.version, hour), lock=threading.Lock())
    def best_of(runs: RunTable, hour: int) -> BestRuns:
        return best_per_algorithm(
            runs.without_archived(), datetime.fromtimestamp(hour * _SECONDS_PER_HOUR, UTC), vocabulary
        )

    def fill(runs: RunTable, as_of: datetime) -> Filled | None:
        best = best_of(runs, int(as_of.timestamp() // _SECONDS_PER_HOUR))
        if not best.environments and runs.progress is not None:
            return None
        return best.model_dump_json(), lambda: front_best.best_runs(best)

    return fill
