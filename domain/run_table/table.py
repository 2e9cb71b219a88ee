"""All runs as columns: what a host knows of the team's runs, and what every page and the API are made of."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.run_changes.marks import CHANGE_TAG, MARKED, TAG_OF, Mark
from domain.run_table.arranging import STATUSES, chosen_parts, joined_parts, parts_of
from domain.run_table.arrays.cells import Cells, Rows
from domain.run_table.arrays.parts import Parts
from domain.run_table.arrays.strings import NO_TEXT, CodedTexts, Codes
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import KeyCounts, MetricColumn, TextColumn
from domain.run_table.row_run import run_at
from domain.run_table.table_facts import Progress, TableFacts, facts_now
from domain.tools.stated import StatedTool, stated_tools
from domain.tracking.runs import PARENT_TAG, BadRow, Run, RunStatus


class RunTable:
    """All runs, newest start first and those without a start last; nothing in it changes."""

    def __init__(self, parts: Parts, facts: TableFacts) -> None:
        self.parts = parts
        self.facts = facts

    @classmethod
    def of(cls, runs: Iterable[Run], facts: TableFacts | None = None) -> "RunTable":
        """Makes one of runs; of those with the same id the last counts."""
        return cls(parts_of(runs), facts or facts_now())

    @classmethod
    def joined(cls, tables: Sequence["RunTable"], facts: TableFacts | None = None) -> "RunTable":
        """Returns the runs of several; of a run that is in more than one, what the last of those says."""
        return cls(joined_parts([table.parts for table in tables]), facts or facts_now())

    def without(self, run_ids: Collection[str]) -> "RunTable":
        """Returns the same table without these runs."""
        gone = [row for run_id in run_ids if (row := self.row_of(run_id)) is not None]
        return self.take(np.delete(np.arange(len(self)), gone)) if gone else self

    def take(self, rows: Rows) -> "RunTable":
        """Returns some of the runs, in the order of the list."""
        return RunTable(chosen_parts(self.parts, np.sort(rows)), self.facts)

    def with_facts(self, **changes: object) -> "RunTable":
        """Returns the same runs, of which something else is known."""
        return RunTable(self.parts, self.facts.model_copy(update=changes))

    @property
    def version(self) -> str:
        """Which runs these are: another one for each change."""
        return self.facts.version

    @property
    def swept_at(self) -> datetime:
        """When they were last read in full."""
        return self.facts.swept_at

    @property
    def bad_rows(self) -> list[BadRow]:
        """The runs that did not fit the contract."""
        return self.facts.bad_rows

    @property
    def marks(self) -> dict[str, list[str]]:
        """What each experiment last said of itself."""
        return self.facts.marks

    @cached_property
    def stated_tools(self) -> Mapping[str, StatedTool]:
        """What teams said that the runs of their experiments are to be read as, by the experiment's id."""
        return stated_tools(self.facts.marks)

    @property
    def progress(self) -> Progress | None:
        """How far the first full reading has come; None when it is over."""
        return self.facts.progress

    def is_partial_in(self, ref: ColumnRef) -> bool:
        """Returns whether this column has to be asked for elsewhere: not all of it is here."""
        only = self.facts.only_metrics
        return ref.kind in ("least", "greatest") or (ref.kind == "metric" and only is not None and ref.key not in only)

    def has_same_runs(self, other: "RunTable") -> bool:
        """Returns whether the runs are the same, with the same values."""
        return self.parts.equals(other.parts)

    def __len__(self) -> int:
        return self.parts.size

    def __contains__(self, run_id: object) -> bool:
        return isinstance(run_id, str) and self.row_of(run_id) is not None

    @property
    def run_ids(self) -> Sequence[str]:
        """The ids of all runs."""
        return self.texts(self.parts.runs.run_id)

    def row_of(self, run_id: str) -> int | None:
        """Returns the row of a run; None where it is unknown."""
        code, ids = self.parts.pool.find(run_id), self.parts.runs.run_id
        # As a number of the column's own kind, or the whole column would be converted first.
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
        """Returns the run of a row, made now."""
        return run_at(self.parts, row, self.stated_tools)

    def runs(self, rows: Iterable[int] | None = None) -> Iterator[Run]:
        """Returns the runs of these rows, or all, each made when its turn comes."""
        return (self.run(int(row)) for row in (range(len(self)) if rows is None else rows))

    def rows_with_status(self, *statuses: RunStatus) -> Rows:
        """Returns the rows of the runs in one of these states."""
        return np.flatnonzero(np.isin(self.parts.runs.status, [STATUSES.index(status) for status in statuses]))

    def with_status(self, *statuses: RunStatus) -> Iterator[Run]:
        """Returns the runs in one of these states, in the order of the list."""
        return self.runs(self.rows_with_status(*statuses))

    def rows_with_tag(self, key: str, value: str) -> Rows:
        """Returns the rows of the runs whose tag says this."""
        sought = self.parts.pool.find(value)
        return np.flatnonzero(self.tag_codes(key) == sought) if sought != NO_TEXT else np.zeros(0, np.intp)

    def is_marked(self, mark: Mark) -> NDArray[np.bool_]:
        """Returns which runs [n] are marked so."""
        marked = np.zeros(len(self), np.bool_)
        marked[self.rows_with_tag(TAG_OF[mark], MARKED)] = True
        return marked

    def without_archived(self) -> "RunTable":
        """Returns the same table without the runs that lists leave out."""
        archived = self.is_marked(Mark.ARCHIVED)
        return self.take(np.flatnonzero(~archived)) if archived.any() else self

    def experiments(self) -> list[str]:
        """Returns the names of the experiments that have runs, in order."""
        return self.parts.pool.texts(np.unique(self.parts.runs.experiment))

    def children_of(self, run_id: str) -> list[Run]:
        """Returns the runs that stand in this one, in the order of the list."""
        return [run for run in self.runs(self.rows_with_tag(PARENT_TAG, run_id)) if run.run_id != run_id]

    def metric_keys(self) -> KeyCounts:
        """Returns the metrics that runs logged, whether their values are here or not."""
        known = self.facts.catalogue
        return self._keys(self.parts.metrics) if known is None else known.counts()

    def param_keys(self) -> KeyCounts:
        """Returns the parameters that runs logged."""
        return self._keys(self.parts.params)

    def tag_keys(self) -> KeyCounts:
        """Returns the tags that runs have, but for those that tell of single changes: each has a key of its own."""
        found = self._keys(self.parts.tags)
        kept = [place for place, name in enumerate(found.names) if not name.startswith(CHANGE_TAG)]
        return KeyCounts([found.names[place] for place in kept], found.runs[kept])

    def logged_metrics(self, names: Iterable[str]) -> list[str]:
        """Returns those of `names` that any run logged, in their order.

        A column of nothing costs as much as any other.
        """
        return [name for name in names if self.parts.metrics.has(self.parts.pool.find(name))]

    def logged_params(self, names: Iterable[str]) -> list[str]:
        """Returns the same of parameters."""
        return [name for name in names if self.parts.params.has(self.parts.pool.find(name))]

    def metric(self, key: str) -> MetricColumn:
        """Returns the newest point of one metric of each run."""
        cells = self.parts.metrics.of_key(self.parts.pool.find(key))
        rows = self.parts.metrics.rows_of(cells)
        logged = np.zeros(len(self), np.bool_)
        logged[rows] = True
        columns = [_spread(column[cells], rows, len(self)) for column in self.parts.metrics.values]
        return MetricColumn._make([*columns, logged])

    def param(self, key: str) -> TextColumn:
        """Returns one parameter of each run."""
        return self.text_column(self._codes_of(self.parts.params, key))

    def tag(self, key: str) -> TextColumn:
        """Returns one tag of each run."""
        return self.text_column(self.tag_codes(key))

    def param_codes(self, key: str) -> Codes:
        """Returns one parameter of each run [n], as codes of the pool; -1 where it was not logged."""
        return self._codes_of(self.parts.params, key)

    def tag_codes(self, key: str) -> Codes:
        """Returns one tag of each run [n], as codes of the pool; -1 where it is missing."""
        return self._codes_of(self.parts.tags, key)

    def texts(self, codes: Codes) -> Sequence[str]:
        """Returns the texts with these codes of the pool."""
        return CodedTexts(self.parts.pool, codes)

    def text_column(self, codes: Codes) -> TextColumn:
        """Returns a column of texts by their codes of the pool [n]."""
        held = np.bincount(codes[codes != NO_TEXT], minlength=self.parts.pool.size) > 0
        places = np.append(np.cumsum(held, dtype=np.int32) - 1, np.int32(NO_TEXT))  # the last one is that of code -1
        return TextColumn(places[codes].astype(np.int32), self.texts(np.flatnonzero(held).astype(np.int32)))

    def _codes_of(self, logged: Cells, key: str) -> Codes:
        cells = logged.of_key(self.parts.pool.find(key))
        codes = np.full(len(self), NO_TEXT, np.int32)
        codes[logged.rows_of(cells)] = logged.values[0][cells]
        return codes

    def _keys(self, logged: Cells) -> KeyCounts:
        return KeyCounts(self.parts.pool.texts(logged.keys), logged.counts)


def _spread(values: np.ndarray, rows: Rows, size: int) -> np.ndarray:
    column = np.zeros(size, values.dtype)
    column[rows] = values
    return column
