"""One change of many runs: a few at a time, each told by itself, and what there was no time for is left."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, NamedTuple, TypeVar

from domain.errors import ClewError

# MLflow on SQLite writes one thing at a time, and on a database of its own answers some at once.
_AT_ONCE: Final = 4
T = TypeVar("T")


class BulkDone(NamedTuple, Generic[T]):
    """What came of each run, by run, and why nothing was done with others; those that are `left` were not begun."""

    done: dict[str, T]
    failed: dict[str, ClewError]
    left: list[str]


def each(run_ids: Sequence[str], act: Callable[[str], T], seconds: float) -> BulkDone[T]:
    """Has `act` done with each run, for so many seconds; a `ClewError` of one stops no other."""
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
