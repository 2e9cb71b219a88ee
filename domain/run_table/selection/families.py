"""Lists child runs right below their parents."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.run_table.table import RunTable
from domain.tracking.runs import PARENT_TAG

Rows = NDArray[np.intp]
NONE: Final = -1


def parents(table: RunTable) -> Rows:
    """Returns for each run the row of its parent; -1 where there is none, or it is not in the table."""
    rows = np.arange(len(table))
    row_of = np.full(table.parts.pool.size + 1, NONE, np.intp)  # the last entry is for code -1
    row_of[table.parts.runs.run_id] = rows
    found: Rows = row_of[table.tag_codes(PARENT_TAG)]
    return np.where(found == rows, NONE, found)  # a run that names itself has no parent


def nested(rows: Rows, parent: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """Moves children below their parents in `rows`, keeping the order otherwise, and returns the depth of each.

    A run whose parent is not among the rows has depth 0; so does one run of a cycle.
    """
    among = np.zeros(len(parent), np.bool_)
    among[rows] = True
    has_parent = (parent[rows] != NONE) & among[parent[rows]]
    below: dict[int, list[int]] = {}
    for row in rows[has_parent].tolist():
        below.setdefault(int(parent[row]), []).append(row)
    depths: dict[int, int] = {}
    # What remains after the runs without a parent are cycles.
    for row in [*rows[~has_parent].tolist(), *rows[has_parent].tolist()]:
        _place(row, below, depths)
    return np.array(list(depths), np.intp), np.array(list(depths.values()), np.int64)


def _place(first: int, below: dict[int, list[int]], depths: dict[int, int]) -> None:
    """Adds a row and its descendants to `depths`, in their order."""
    waiting = [(first, 0)]
    while waiting:
        row, depth = waiting.pop()
        if row not in depths:
            depths[row] = depth
            waiting += [(child, depth + 1) for child in reversed(below.get(row, ()))]
