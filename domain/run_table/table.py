"""All runs of the team as columns: the data behind every page and the API."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.run_changes.marks import MARKED, TAG_OF, Mark
from domain.run_table.arranging import STATUSES, chosen_parts, joined_parts, parts_of
from domain.run_table.arrays.cells import Rows
from domain.run_table.arrays.parts import Parts
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import KeyCounts
from domain.run_table.key_columns import KeyColumns
from domain.run_table.row_run import run_at
from domain.run_table.table_facts import Progress, TableFacts, facts_now
from domain.tools.stated import StatedTool, stated_tools
from domain.tracking.runs import PARENT_TAG, BadRow, Run, RunStatus


class RunTable(KeyColumns):
    """All runs, newest start first and those without a start last; immutable."""

    def __init__(self, parts: Parts, facts: TableFacts) -> None:
        super().__init__(parts)
        self.facts = facts

    @classmethod
    def of(cls, runs: Iterable[Run], facts: TableFacts | None = None) -> "RunTable":
        """Makes a table of runs; of several with the same id the last counts."""
        return cls(parts_of(runs), facts or facts_now())

    @classmethod
    def joined(cls, tables: Sequence["RunTable"], facts: TableFacts | None = None) -> "RunTable":
        """Returns the runs of several tables; a run that is in more than one is taken from the last of them."""
        return cls(joined_parts([table.parts for table in tables]), facts or facts_now())

    def without(self, run_ids: Collection[str]) -> "RunTable":
        """Returns the table without these runs."""
        removed = [row for run_id in run_ids if (row := self.row_of(run_id)) is not None]
        return self.take(np.delete(np.arange(len(self)), removed)) if removed else self

    def take(self, rows: Rows) -> "RunTable":
        """Returns some of the runs, in the order of the list."""
        return RunTable(chosen_parts(self.parts, np.sort(rows)), self.facts)

    def with_facts(self, **changes: object) -> "RunTable":
        """Returns the same runs with some of the table's facts changed."""
        return RunTable(self.parts, self.facts.model_copy(update=changes))

    @property
    def version(self) -> str:
        """The version of these runs: another one after each change."""
        return self.facts.version

    @property
    def swept_at(self) -> datetime:
        """When all runs were last read."""
        return self.facts.swept_at

    @property
    def bad_rows(self) -> list[BadRow]:
        """The runs that MLflow sent in a form that does not fit the schema."""
        return self.facts.bad_rows

    @property
    def marks(self) -> dict[str, list[str]]:
        """The name and the tags of each experiment, as last read, by its id."""
        return self.facts.marks

    @cached_property
    def stated_tools(self) -> Mapping[str, StatedTool]:
        """The tool that a team has set for all runs of an experiment, by the experiment's id."""
        return stated_tools(self.facts.marks)

    @property
    def progress(self) -> Progress | None:
        """How far the first full reading has come; None once it is complete."""
        return self.facts.progress

    def is_partial_in(self, ref: ColumnRef) -> bool:
        """Returns whether the table lacks values of this column, so that they have to be fetched."""
        only = self.facts.only_metrics
        return ref.kind in ("least", "greatest") or (ref.kind == "metric" and only is not None and ref.key not in only)

    def has_same_runs(self, other: "RunTable") -> bool:
        """Returns whether the runs are the same, with the same values."""
        return self.parts.equals(other.parts)

    def __contains__(self, run_id: object) -> bool:
        return isinstance(run_id, str) and self.row_of(run_id) is not None

    def row_of(self, run_id: str) -> int | None:
        """Returns the row of a run; None where it is unknown."""
        code, ids = self.parts.pool.find(run_id), self.parts.runs.run_id
        # As an int32, as in the column: with a plain int NumPy would convert the whole column first.
        place = int(np.searchsorted(ids, np.int32(code), sorter=self.parts.by_id)) if code != NO_TEXT else len(self)
        if place == len(self):
            return None
        row = int(self.parts.by_id[place])
        return row if ids[row] == code else None

    def get(self, run_id: str) -> Run | None:
        """Returns the run with this id; None where it is unknown."""
        row = self.row_of(run_id)
        return None if row is None else self.run(row)

    def run(self, row: int) -> Run:
        """Makes the run of a row."""
        return run_at(self.parts, row, self.stated_tools)

    def runs(self, rows: Iterable[int] | None = None) -> Iterator[Run]:
        """Returns an iterator that makes the runs of these rows, or of all."""
        return (self.run(int(row)) for row in (range(len(self)) if rows is None else rows))

    def rows_with_status(self, *statuses: RunStatus) -> Rows:
        """Returns the rows of the runs in one of these states."""
        return np.flatnonzero(np.isin(self.parts.runs.status, [STATUSES.index(status) for status in statuses]))

    def with_status(self, *statuses: RunStatus) -> Iterator[Run]:
        """Returns the runs in one of these states, in the order of the list."""
        return self.runs(self.rows_with_status(*statuses))

    def is_marked(self, mark: Mark) -> NDArray[np.bool_]:
        """Returns a mask [n] of the runs that have this mark."""
        marked = np.zeros(len(self), np.bool_)
        marked[self.rows_with_tag(TAG_OF[mark], MARKED)] = True
        return marked

    def without_archived(self) -> "RunTable":
        """Returns the table without archived runs."""
        archived = self.is_marked(Mark.ARCHIVED)
        return self.take(np.flatnonzero(~archived)) if archived.any() else self

    def experiments(self) -> list[str]:
        """Returns the names of the experiments that have runs, in order."""
        return self.parts.pool.texts(np.unique(self.parts.runs.experiment))

    def children_of(self, run_id: str) -> list[Run]:
        """Returns the child runs of a run, in the order of the list."""
        return [run for run in self.runs(self.rows_with_tag(PARENT_TAG, run_id)) if run.run_id != run_id]

    def metric_keys(self) -> KeyCounts:
        """Returns the metrics that runs logged, including those whose values the table lacks."""
        known = self.facts.catalogue
        return self.keys_of(self.parts.metrics) if known is None else known.counts()
