"""The runs that are known, or why none are: for whoever cannot go on without."""

import threading

from cachetools import LRUCache, cached

from domain.errors.services import NothingReadYet, UnavailableBecause
from domain.run_table.table import RunTable, TableFacts
from services.tracking.run_source import RunList
from services.tracking.run_store import RunView


def known_table(view: RunView) -> RunTable:
    """All runs that are known; raises `ServiceUnavailable` where nothing was read yet."""
    if view.runs is not None:
        return _table_of(view.runs)
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    raise NothingReadYet(view.service)


@cached(LRUCache(1), key=lambda runs: runs.version, lock=threading.Lock())
def _table_of(runs: RunList) -> RunTable:
    facts = TableFacts(version=runs.version, swept_at=runs.swept_at, bad_rows=runs.bad_rows, marks=runs.marks)
    return RunTable.of(runs.runs.values(), facts)
