"""The arrays that make up a run table, as written to its file."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.cells import Cells, Rows
from domain.run_table.arrays.strings import Codes, StringPool


class RunColumns(NamedTuple):
    """One value for each run [n]: codes of the pool, and times in Unix µs and ms, the least integer where missing."""

    run_id: Codes
    name: Codes
    experiment_id: Codes
    experiment: Codes
    status: NDArray[np.int8]
    """The index of a member of `RunStatus`."""
    started_us: NDArray[np.int64]
    ended_us: NDArray[np.int64]
    odd_start_ms: NDArray[np.int64]
    odd_end_ms: NDArray[np.int64]

    def take(self, rows: Rows) -> "RunColumns":
        """Returns the values of some rows, in this order."""
        return RunColumns._make(column[rows] for column in self)

    def recoded(self, codes: Codes) -> "RunColumns":
        """Returns the same with other codes of the texts."""
        texts = {name: codes[getattr(self, name)] for name in ("run_id", "name", "experiment_id", "experiment")}
        return self._replace(**texts)


class Parts(NamedTuple):
    """All arrays of a table of n runs, which are in the order of the list.

    `by_id` [n] are the rows in the order of their run ids. Metrics have the values value, step and timestamp, params
    and tags the code of a text. The same runs make the same parts, bit by bit, in whatever order they were joined.
    """

    pool: StringPool
    runs: RunColumns
    by_id: NDArray[np.int32]
    metrics: Cells
    params: Cells
    tags: Cells

    @property
    def size(self) -> int:
        """The number of runs."""
        return len(self.runs.run_id)

    def arrays(self) -> list[NDArray[np.generic]]:
        """Returns all arrays in a fixed order."""
        found: list[NDArray[np.generic]] = [*self.pool, *self.runs, self.by_id]
        for cells in (self.metrics, self.params, self.tags):
            found += [*cells[:-1], *cells.values]
        return found

    @classmethod
    def of_arrays(cls, arrays: Sequence[NDArray[Any]]) -> "Parts":
        """Builds the parts from the arrays that `arrays` returned."""
        left = iter(arrays)

        def cells(values: int) -> Cells:
            return Cells._make([*islice(left, _CELL_ARRAYS), tuple(islice(left, values))])

        pool, runs = StringPool._make(islice(left, 2)), RunColumns._make(islice(left, len(RunColumns._fields)))
        return cls(pool, runs, next(left), cells(3), cells(1), cells(1))

    def equals(self, other: "Parts") -> bool:
        """Returns whether both hold the same, bit by bit, so that NaN equals NaN."""
        pairs = zip(self.arrays(), other.arrays(), strict=True)
        return all(len(one) == len(two) and np.array_equal(_bits(one), _bits(two)) for one, two in pairs)


_CELL_ARRAYS: Final = len(Cells._fields) - 1
_CELLS: Final = ("<i8", "<i4", "<i4", "<i4", "<i8")
KINDS: Final = tuple(
    np.dtype(kind)
    for kind in (
        *("<i8", "|u1"),
        *("<i4", "<i4", "<i4", "<i4", "|i1", "<i8", "<i8", "<i8", "<i8", "<i4"),
        *(*_CELLS, "<f8", "<i8", "<i8"),
        *(*_CELLS, "<i4"),
        *(*_CELLS, "<i4"),
    )
)
"""The element types of the arrays, in their order."""


def _bits(column: NDArray[np.generic]) -> NDArray[np.generic]:
    return column.view(np.int64) if column.dtype == np.float64 else column
