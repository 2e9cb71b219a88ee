"""The runs as every page shows them: one refresh per host, a snapshot for everyone, nobody waits."""

import logging
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from concurrency.single_flight import has_ended
from domain.errors import BadInput, NotFound, ServiceError
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from domain.tracking.vocabulary import DEFAULT
from services.failures import Failure
from services.tracking.run_columns import RunColumns
from services.tracking.run_refresh import Ask, RunRefresh
from services.tracking.run_source import RunSource
from services.tracking.whole_runs import WholeRuns

_LOOK_EVERY_SECONDS: Final = 0.05
# Each takes a request; who compares more than these before all runs have come waits for them.
_MOST_ASKED_FOR: Final = 50
log = logging.getLogger(__name__)


class RunView(BaseModel):
    """What is known now: the runs (None before the first answer), as of when, and what failed since."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    service: str
    """Who keeps the runs."""
    runs: RunTable | None
    as_of: datetime | None
    failure: Failure | None
    whole: WholeRuns = WholeRuns(None)
    """What completes the runs where `runs` does not hold all their metrics."""
    found: dict[str, Run] = {}
    """Runs that were asked for by their id and are not among `runs`."""

    @property
    def is_whole(self) -> bool:
        """Whether a run that is not known here is none, as far as its source could be asked."""
        return self.runs is not None and self.runs.progress is None and self.failure is None

    def get(self, run_id: str) -> Run | None:
        """Returns the run with this id, if it is known, with all its metrics."""
        if self.runs is None or run_id in self.found:
            return self.found.get(run_id)
        return self.whole.of(self.runs, [run_id]).get(run_id) or self.runs.get(run_id)


class RunStore:
    """All runs of one source, at most `refresh_seconds` old on a page that asks often enough."""

    def __init__(
        self, source: RunSource, cache_dir: Path, refresh_seconds: float, columns: RunColumns | None = None
    ) -> None:
        self.name = source.name
        self._source = source
        self._columns = columns or RunColumns(DEFAULT, source.columns, None)
        self._refresh = RunRefresh(source, cache_dir, refresh_seconds)
        self._whole = WholeRuns(source.columns)

    def view(self) -> RunView:
        """Returns what is known, at once; starts a refresh when one is due."""
        if self._refresh.is_due():
            self._refresh.start(Ask.WHAT_IS_DUE)
        return self.last_view()

    def last_view(self) -> RunView:
        """Returns what is known; starts nothing."""
        known = self._refresh.newest()
        failure = self._refresh.failure_of(known)
        return RunView(service=self.name, runs=known.value, as_of=known.as_of, failure=failure, whole=self._whole)

    def refreshed_view(self, wait_seconds: float) -> RunView:
        """Reads everything anew (a person pressed Retry) and gives what is known after `wait_seconds` at most."""
        return self._view_after(Ask.EVERYTHING, wait_seconds)

    def changed_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `refreshed_view` does, but reads only what can have changed, for those who wait for the
        end of a run.
        """
        return self._view_after(Ask.CHANGES, wait_seconds)

    def view_with(self, run_ids: Iterable[str], wait_seconds: float) -> RunView:
        """Returns a view as `view` does, but asks the source at once when one of `run_ids` is unknown: a shared link
        may be seconds old.

        What is unknown then is asked for by its id: runs of old times come late in a first reading.
        """
        ids, ends = list(run_ids), time.monotonic() + wait_seconds
        view = self.first_view(wait_seconds)
        if view.is_whole and _unknown(view, ids):
            view = self._view_after(Ask.CHANGES, max(0.0, ends - time.monotonic()))
        if view.runs is None:
            return view
        self._whole.of(view.runs, ids)  # all at once: the view then has them at hand
        return view.model_copy(update={"found": self._found(_unknown(view, ids)[:_MOST_ASKED_FOR], ends)})

    def first_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `view` does, but where nothing is known yet it waits up to `wait_seconds` for the first
        answer.
        """
        ends = time.monotonic() + wait_seconds
        while (view := self.view()).runs is None and view.failure is None and (left := ends - time.monotonic()) > 0:
            # Another worker may be the one that reads: the first rows come from the disk then.
            has_ended(self._refresh.start(Ask.WHAT_IS_DUE), min(left, _LOOK_EVERY_SECONDS))
            time.sleep(min(left, _LOOK_EVERY_SECONDS))
        return view

    def whole_view(self, wait_seconds: float) -> RunView:
        """Returns a view as `first_view` does, but waits for all runs."""
        ends = time.monotonic() + wait_seconds
        view = self.first_view(wait_seconds)
        while view.runs is not None and view.runs.progress is not None and time.monotonic() < ends:
            has_ended(self._refresh.start(Ask.WHAT_IS_DUE), _LOOK_EVERY_SECONDS)
            time.sleep(_LOOK_EVERY_SECONDS)
            view = self.view()
        return view

    def column(self, table: RunTable, ref: ColumnRef, as_of: datetime | None = None) -> Column:
        """Returns any column of `table`, which a view gave; as `RunColumns.column`."""
        return self._columns.column(table, ref, as_of)

    def _found(self, run_ids: Iterable[str], ends: float) -> dict[str, Run]:
        """Returns those that there are, of as many as can be asked for in time."""
        found: dict[str, Run] = {}
        for run_id in run_ids:
            if time.monotonic() >= ends:
                break
            try:
                found[run_id] = self._source.one(run_id)
            except (NotFound, BadInput):
                continue
            except ServiceError as error:
                log.warning("a run cannot be asked for", extra={"run": run_id, "cause": str(error)})
                break
        return found

    def _view_after(self, ask: Ask, wait_seconds: float) -> RunView:
        has_ended(self._refresh.start(ask), wait_seconds)
        return self.last_view()


def _unknown(view: RunView, run_ids: Iterable[str]) -> list[str]:
    return [run_id for run_id in run_ids if view.runs is not None and run_id not in view.runs]
