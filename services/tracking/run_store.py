"""The runs as every page shows them: one refresh per host, a snapshot for everyone, nobody waits."""

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
from services.tracking.run_columns import RunColumns
from services.tracking.run_refresh import Ask, RunRefresh
from services.tracking.run_source import RunSource
from services.tracking.whole_runs import WholeRuns

_LOOK_EVERY_SECONDS: Final = 0.05


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

    def get(self, run_id: str) -> Run | None:
        """The run with this id, if it is known, with all its metrics."""
        if self.runs is None:
            return None
        return self.whole.of(self.runs, [run_id]).get(run_id) or self.runs.get(run_id)


class RunStore:
    """All runs of one source, at most `refresh_seconds` old on a page that asks often enough."""

    def __init__(
        self, source: RunSource, cache_dir: Path, refresh_seconds: float, columns: RunColumns | None = None
    ) -> None:
        self.name = source.name
        self._columns = columns or RunColumns(DEFAULT, source.columns, None)
        self._refresh = RunRefresh(source, cache_dir, refresh_seconds)
        self._whole = WholeRuns(source.columns)

    def view(self) -> RunView:
        """What is known, at once; starts a refresh when one is due."""
        if self._refresh.is_due():
            self._refresh.start(Ask.WHAT_IS_DUE)
        return self.last_view()

    def last_view(self) -> RunView:
        """What is known; starts nothing."""
        known = self._refresh.newest()
        failure = self._refresh.failure_of(known)
        return RunView(service=self.name, runs=known.value, as_of=known.as_of, failure=failure, whole=self._whole)

    def refreshed_view(self, wait_seconds: float) -> RunView:
        """Reads everything anew (a person pressed Retry) and gives what is known after `wait_seconds` at most."""
        return self._view_after(Ask.EVERYTHING, wait_seconds)

    def view_with(self, run_ids: Iterable[str], wait_seconds: float) -> RunView:
        """As `view`, but asks the source at once when one of `run_ids` is unknown: a shared link may be seconds old."""
        ids = list(run_ids)
        view = self.first_view(wait_seconds)
        if view.runs is not None and not all(run_id in view.runs for run_id in ids):
            view = self._view_after(Ask.CHANGES, wait_seconds)
        if view.runs is not None:
            self._whole.of(view.runs, ids)  # all at once: the view then has them at hand
        return view

    def first_view(self, wait_seconds: float) -> RunView:
        """As `view`, but where nothing is known yet it waits up to `wait_seconds` for the first answer."""
        ends = time.monotonic() + wait_seconds
        while (view := self.view()).runs is None and view.failure is None and (left := ends - time.monotonic()) > 0:
            # Another worker may be the one that reads: the first rows come from the disk then.
            has_ended(self._refresh.start(Ask.WHAT_IS_DUE), min(left, _LOOK_EVERY_SECONDS))
            time.sleep(min(left, _LOOK_EVERY_SECONDS))
        return view

    def column(self, table: RunTable, ref: ColumnRef, as_of: datetime | None = None) -> Column:
        """Any column of `table`, which a view gave; as `RunColumns.column`."""
        return self._columns.column(table, ref, as_of)

    def _view_after(self, ask: Ask, wait_seconds: float) -> RunView:
        has_ended(self._refresh.start(ask), wait_seconds)
        return self.last_view()
