"""Values that runs logged under their own keys: compressed sparse rows, with an index from keys to rows."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import Codes

Rows = NDArray[np.intp]
Values = tuple[NDArray[Any], ...]


class Cells(NamedTuple):
    """Values by row and key: those of row i are cells `starts[i]` to `starts[i + 1]`, in the order of their keys.

    `key` [m] and `keys` [k] are codes of a pool. The cells of key `keys[j]` are `by_key[key_starts[j]]` to
    `by_key[key_starts[j + 1]]`, in the order of their rows. `values` are columns [m], the content of the cells.
    """

    starts: NDArray[np.int64]
    key: Codes
    by_key: NDArray[np.int32]
    keys: Codes
    key_starts: NDArray[np.int64]
    values: Values

    @classmethod
    def of(cls, row: Rows, key: Codes, values: Values, rows: int) -> "Cells":
        """Sorts cells [m]; if a row has a key twice, because it was written while it was read, the last is used."""
        order = np.lexsort((key, row))
        is_last = np.ones(len(order), np.bool_)
        is_last[:-1] = (np.diff(row[order]) != 0) | (np.diff(key[order]) != 0)
        order = order[is_last]
        starts = np.searchsorted(row[order], np.arange(rows + 1))
        return cls.ordered(starts.astype(np.int64), key[order], tuple(column[order] for column in values))

    @classmethod
    def ordered(cls, starts: NDArray[np.int64], key: Codes, values: Values) -> "Cells":
        """Builds the index from keys to rows for sorted cells."""
        size = int(key.max(initial=-1)) + 1
        held = np.bincount(key, minlength=size)
        keys = np.flatnonzero(held).astype(np.int32)
        rank = (np.cumsum(held > 0) - 1)[key]
        # NumPy sorts two-byte integers by radix, which is ten times as fast.
        by_key = np.argsort(rank.astype(np.uint16) if len(keys) < 2**16 else rank, kind="stable").astype(np.int32)
        key_starts = np.concatenate([[0], np.cumsum(held[keys])]).astype(np.int64)
        return cls(starts, key, by_key, keys, key_starts, values)

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of rows that have each of `keys`."""
        return np.diff(self.key_starts)

    def of_row(self, row: int) -> slice:
        """Returns the cells of a row."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    def of_key(self, key: int) -> NDArray[np.int32]:
        """Returns the cells of a key by its code, in the order of their rows; none where it is -1 or unknown."""
        place = self._place(key)
        return self.by_key[:0] if place is None else self.by_key[self.key_starts[place] : self.key_starts[place + 1]]

    def has(self, key: int) -> bool:
        """Returns whether any row has this key."""
        return self._place(key) is not None

    def _place(self, key: int) -> int | None:
        """Returns the position of a key in `keys`.

        For codes below 0 it avoids the call of NumPy, since each may wait for a thread.
        """
        place = int(np.searchsorted(self.keys, np.int32(key))) if key >= 0 else len(self.keys)
        return place if place < len(self.keys) and self.keys[place] == key else None

    def rows_of(self, cells: NDArray[np.int32]) -> Rows:
        """Returns the rows that these cells are in."""
        return np.searchsorted(self.starts, cells, side="right") - 1

    def take(self, rows: Rows) -> "Cells":
        """Returns the cells of some rows, in this order."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        cells = np.repeat(self.starts[:-1][rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return self.ordered(starts, self.key[cells], tuple(column[cells] for column in self.values))

    def only(self, keys: Collection[int]) -> "Cells":
        """Returns the cells of these keys only."""
        kept = np.isin(self.key, list(keys))
        starts = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)[self.starts]
        return self.ordered(starts, self.key[kept], tuple(column[kept] for column in self.values))

    def recoded(self, codes: Codes) -> "Cells":
        """Returns the same with other codes of the keys, which are in the same order."""
        return self._replace(key=codes[self.key], keys=codes[self.keys])


def stacked(parts: Sequence[Cells]) -> Cells:
    """Concatenates the rows of several; their keys are codes of one pool."""
    offsets = np.cumsum([0, *(len(part.key) for part in parts)])
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    values = tuple(np.concatenate(columns) for columns in zip(*(part.values for part in parts), strict=True))
    whole = np.concatenate([*starts, offsets[-1:]]).astype(np.int64)
    return Cells.ordered(whole, np.concatenate([part.key for part in parts]), values)
