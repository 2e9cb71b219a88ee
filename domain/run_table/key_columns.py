"""The columns of a run table by key: metrics, parameters and tags of all runs, as arrays."""

from collections.abc import Iterable, Sequence

import numpy as np

from domain.run_changes.marks import CHANGE_TAG
from domain.run_table.arrays.cells import Cells, Rows
from domain.run_table.arrays.parts import Parts
from domain.run_table.arrays.strings import NO_TEXT, CodedTexts, Codes
from domain.run_table.columns import KeyCounts, MetricColumn, TextColumn


class KeyColumns:
    """Reads the arrays of a table column by column; n is the number of runs."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return self.parts.size

    @property
    def run_ids(self) -> Sequence[str]:
        """The ids of all runs."""
        return self.texts(self.parts.runs.run_id)

    def rows_with_tag(self, key: str, value: str) -> Rows:
        """Returns the rows of the runs that have a tag with this value."""
        sought = self.parts.pool.find(value)
        return np.flatnonzero(self.tag_codes(key) == sought) if sought != NO_TEXT else np.zeros(0, np.intp)

    def param_keys(self) -> KeyCounts:
        """Returns the parameters that runs logged."""
        return self.keys_of(self.parts.params)

    def tag_keys(self) -> KeyCounts:
        """Returns the tags that runs have, without those that record a single change: each of them has its own key."""
        found = self.keys_of(self.parts.tags)
        kept = [place for place, name in enumerate(found.names) if not name.startswith(CHANGE_TAG)]
        return KeyCounts([found.names[place] for place in kept], found.runs[kept])

    def logged_metrics(self, names: Iterable[str]) -> list[str]:
        """Returns those of `names` that any run logged, in their order: an empty column costs as much as a full one."""
        return [name for name in names if self.parts.metrics.has(self.parts.pool.find(name))]

    def logged_params(self, names: Iterable[str]) -> list[str]:
        """Returns those of `names` that are a parameter of any run, in their order."""
        return [name for name in names if self.parts.params.has(self.parts.pool.find(name))]

    def metric(self, key: str) -> MetricColumn:
        """Returns one metric [n]: the newest point of each run."""
        cells = self.parts.metrics.of_key(self.parts.pool.find(key))
        rows = self.parts.metrics.rows_of(cells)
        logged = np.zeros(len(self), np.bool_)
        logged[rows] = True
        columns = [_spread(column[cells], rows, len(self)) for column in self.parts.metrics.values]
        return MetricColumn._make([*columns, logged])

    def param(self, key: str) -> TextColumn:
        """Returns one parameter [n]."""
        return self.text_column(self._codes_of(self.parts.params, key))

    def tag(self, key: str) -> TextColumn:
        """Returns one tag [n]."""
        return self.text_column(self.tag_codes(key))

    def param_codes(self, key: str) -> Codes:
        """Returns one parameter [n], as codes of the pool; -1 where a run has none."""
        return self._codes_of(self.parts.params, key)

    def tag_codes(self, key: str) -> Codes:
        """Returns one tag [n], as codes of the pool; -1 where a run has none."""
        return self._codes_of(self.parts.tags, key)

    def texts(self, codes: Codes) -> Sequence[str]:
        """Returns the texts of the pool that have these codes."""
        return CodedTexts(self.parts.pool, codes)

    def text_column(self, codes: Codes) -> TextColumn:
        """Returns a column of texts from their codes in the pool [n]."""
        held = np.bincount(codes[codes != NO_TEXT], minlength=self.parts.pool.size) > 0
        places = np.append(np.cumsum(held, dtype=np.int32) - 1, np.int32(NO_TEXT))  # the last: for code -1
        return TextColumn(places[codes].astype(np.int32), self.texts(np.flatnonzero(held).astype(np.int32)))

    def _codes_of(self, logged: Cells, key: str) -> Codes:
        cells = logged.of_key(self.parts.pool.find(key))
        codes = np.full(len(self), NO_TEXT, np.int32)
        codes[logged.rows_of(cells)] = logged.values[0][cells]
        return codes

    def keys_of(self, logged: Cells) -> KeyCounts:
        """Returns the keys of some cells, with the number of runs that have each."""
        return KeyCounts(self.parts.pool.texts(logged.keys), logged.counts)


def _spread(values: np.ndarray, rows: Rows, size: int) -> np.ndarray:
    column = np.zeros(size, values.dtype)
    column[rows] = values
    return column
