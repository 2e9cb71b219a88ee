"""Complete histories, one run after the other, for files, which must not contain samples."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from domain.errors import ClewError
from domain.tracking.history import History
from domain.tracking.runs import Run
from services.tracking.histories.store import Histories, HistoryStore, Series

# The following runs are already being fetched while one is waited for.
_AHEAD: Final = 4
_POLL_SECONDS: Final = 0.2


class RunHistories(NamedTuple):
    """All points of a run's metrics by key; the errors of others; and the metrics still being fetched."""

    run: Run
    found: dict[str, History]
    failures: dict[str, ClewError]
    on_their_way: list[str]


def complete_histories(
    store: HistoryStore, runs: Sequence[Run], keys_of: Mapping[str, list[str]], wait_seconds: float
) -> Iterator[RunHistories]:
    """Yields the metrics `keys_of[run_id]` of each run, waiting for each run up to `wait_seconds`.

    Histories are released when the next run is requested, so that only one run's points are in memory.
    """
    keys = dict(keys_of)
    for place, run in enumerate(runs):
        known = _waited_for(store, runs[place : place + _AHEAD], keys, wait_seconds)
        unfinished = known.pending | known.failures.keys()
        yield RunHistories(
            run,
            {series.key: history for series, history in known.found.items() if series not in unfinished},
            {series.key: error for series, error in known.failures.items()},
            [series.key for series in sorted(known.pending - known.failures.keys())],
        )
        del known
        store.release(Series(run.run_id, key) for key in keys.get(run.run_id, ()))


def _waited_for(store: HistoryStore, runs: Sequence[Run], keys: dict[str, list[str]], wait_seconds: float) -> Histories:
    """Returns what is known of the first of `runs` once it is complete, failed, or timed out."""
    ends = time.monotonic() + wait_seconds
    known = store.get(runs[:1], keys, 0.0)
    while known.pending - known.failures.keys() and (left := ends - time.monotonic()) > 0:
        store.get(runs[1:], keys, 0.0)
        time.sleep(min(left, _POLL_SECONDS))
        known = store.get(runs[:1], keys, min(left, 1.0))
    return known
