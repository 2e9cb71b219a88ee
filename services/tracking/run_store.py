"""The runs as every page shows them: one refresh per host, and a snapshot for all, without waiting."""

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from concurrency.single_flight import has_ended
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from domain.tracking.vocabulary import DEFAULT
from services.failures import Failure
from services.tracking.run_columns import RunColumnCache
from services.tracking.run_lookups import RunLookups
from services.tracking.run_refresh import RefreshKind, RunRefresh
from services.tracking.run_source import RunSource
from services.tracking.whole_runs import WholeRuns

_POLL_SECONDS: Final = 0.05
# Each takes a request; a comparison of more before all runs have been read waits for them.
_MAX_REQUESTED: Final = 50
# Of the time that a caller waits: the rest is for requests by id, which decide where a refresh takes longer.
_SHARE_OF_REFRESH: Final = 2 / 3


class RunView(BaseModel):
    """What is known now: the runs (None before the first answer), as of when, and the last failure."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    service: str
    """The name of the runs' source."""
    runs: RunTable | None
    as_of: datetime | None
    failure: Failure | None
    whole: WholeRuns = WholeRuns(None)
    """Completes runs if `runs` does not have all their metrics."""
    found: dict[str, Run] = {}
    """Runs that were read by their ids and are not in `runs`."""
    absent: frozenset[str] = frozenset()
    """Ids of which the source itself answered that there is no such run."""
    is_late: bool = False
    """Whether the source did not say in time if one of the requested runs is new."""

    @property
    def is_whole(self) -> bool:
        """Whether an unknown run does not exist, as far as the source could be read."""
        return self.runs is not None and self.runs.progress is None and self.failure is None and not self.is_late

    def get(self, run_id: str) -> Run | None:
        """Returns the run with this id, if it is known, with all its metrics."""
        if self.runs is None or run_id in self.found:
            return self.found.get(run_id)
        return self.whole.of(self.runs, [run_id]).get(run_id) or self.runs.get(run_id)


class RunStore:
    """All runs of one source, at most `refresh_seconds` old on a page that polls often enough."""

    def __init__(
        self, source: RunSource, cache_dir: Path, refresh_seconds: float, columns: RunColumnCache | None = None
    ) -> None:
        self.name = source.name
        self._source = source
        self._columns = columns or RunColumnCache(DEFAULT, source.columns, None)
        self._refresh = RunRefresh(source, cache_dir, refresh_seconds)
        self._lookups = RunLookups(source)
        self._whole = WholeRuns(source.columns)

    def view(self) -> RunView:
        """Returns what is known, at once; starts a refresh when one is due."""
        if self._refresh.is_due():
            self._refresh.start(RefreshKind.WHAT_IS_DUE)
        return self.last_view()

    def last_view(self) -> RunView:
        """Returns what is known, without a refresh."""
        known = self._refresh.newest()
        failure = self._refresh.failure_of(known)
        return RunView(service=self.name, runs=known.value, as_of=known.as_of, failure=failure, whole=self._whole)

    def refreshed_view(self, wait_seconds: float) -> RunView:
        """Reads everything again, on a user's request, and returns what is known after at most `wait_seconds`."""
        return self._view_after(RefreshKind.EVERYTHING, wait_seconds)

    def changed_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `refreshed_view` does, but reads only possible changes, for a client that waits for a run's
        end.
        """
        return self._view_after(RefreshKind.CHANGES, wait_seconds)

    def view_with(self, run_ids: Iterable[str], wait_seconds: float) -> RunView:
        """Returns a view as `view` does, but reads changes first if one of `run_ids` is unknown, since links may be
        seconds old.

        Runs that are still unknown are requested by their ids: old runs are read last in a first reading.
        """
        ids, ends = list(run_ids), time.monotonic() + wait_seconds
        view, is_current = self.first_view(wait_seconds), True
        if view.is_whole and _unknown(view, ids):
            patience = (ends - time.monotonic()) * _SHARE_OF_REFRESH
            is_current = has_ended(self._refresh.start(RefreshKind.CHANGES), patience)
            view = self.last_view()
        if view.runs is None:
            return view
        self._whole.of(view.runs, ids)  # all at once, so that the view then has them cached
        found = self._lookups.get(unknown := _unknown(view, ids)[:_MAX_REQUESTED], ends)
        is_late = not is_current and len(found) < len(unknown)
        known = {run_id: run for run_id, run in found.items() if run is not None}
        absent = frozenset(found.keys() - known.keys())
        return view.model_copy(update={"found": known, "absent": absent, "is_late": is_late})

    def first_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `view` does, but waits up to `wait_seconds` for the first answer if nothing is known."""
        ends = time.monotonic() + wait_seconds
        while (view := self.view()).runs is None and view.failure is None and (left := ends - time.monotonic()) > 0:
            # Another worker may be reading: the first rows then come from the disk.
            has_ended(self._refresh.start(RefreshKind.WHAT_IS_DUE), min(left, _POLL_SECONDS))
            time.sleep(min(left, _POLL_SECONDS))
        return view

    def whole_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `first_view` does, but waits for all runs."""
        ends = time.monotonic() + wait_seconds
        view = self.first_view(wait_seconds)
        while view.runs is not None and view.runs.progress is not None and time.monotonic() < ends:
            has_ended(self._refresh.start(RefreshKind.WHAT_IS_DUE), _POLL_SECONDS)
            time.sleep(_POLL_SECONDS)
            view = self.view()
        return view

    def column(self, table: RunTable, ref: ColumnRef, as_of: datetime | None = None) -> Column:
        """Returns any column of `table`, which a view returned; as `RunColumnCache.column`."""
        return self._columns.column(table, ref, as_of)

    def _view_after(self, kind: RefreshKind, wait_seconds: float) -> RunView:
        has_ended(self._refresh.start(kind), wait_seconds)
        return self.last_view()


def _unknown(view: RunView, run_ids: Iterable[str]) -> list[str]:
    return [run_id for run_id in run_ids if view.runs is not None and run_id not in view.runs]
