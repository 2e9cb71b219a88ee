"""Applies one change to many runs, a few at a time, with separate results and a time limit."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, NamedTuple, TypeVar

from domain.errors import ClewError

# MLflow on SQLite writes one at a time; on a database server it handles several at once.
_AT_ONCE: Final = 4
T = TypeVar("T")


class BulkDone(NamedTuple, Generic[T]):
    """The results by run, the errors by run, and the runs that were `left` when the time was over."""

    done: dict[str, T]
    failed: dict[str, ClewError]
    left: list[str]


def each(run_ids: Sequence[str], act: Callable[[str], T], seconds: float) -> BulkDone[T]:
    """Calls `act` for each run within `seconds`; a `ClewError` of one does not stop the others."""
    ends = time.monotonic() + seconds
    done: dict[str, T] = {}
    failed: dict[str, ClewError] = {}
    left: list[str] = []

    def one(run_id: str) -> None:
        if time.monotonic() >= ends:
            left.append(run_id)
            return
        try:
            done[run_id] = act(run_id)
        except ClewError as error:
            failed[run_id] = error

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="run-changes") as pool:
        list(pool.map(one, dict.fromkeys(run_ids)))
    return BulkDone(done, failed, left)
