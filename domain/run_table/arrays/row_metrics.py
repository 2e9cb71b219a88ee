"""The metrics of one run as a mapping that makes points lazily: a run can have thousands."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property

import numpy as np

from domain.run_table.arrays.cells import Cells
from domain.run_table.arrays.strings import StringPool
from domain.tracking.runs import LatestMetric


class RowMetrics(Mapping[str, LatestMetric]):
    """The newest points of one row of a table, by key."""

    def __init__(self, pool: StringPool, cells: Cells, row: int) -> None:
        self._pool = pool
        self._cells = cells
        self._place = cells.of_row(row)

    def __len__(self) -> int:
        return len(self._cells.key[self._place])

    def __iter__(self) -> Iterator[str]:
        return iter(self._pool.texts(self._cells.key[self._place]))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._cell(key) is not None

    def __getitem__(self, key: str) -> LatestMetric:
        cell = self._cell(key)
        if cell is None:
            raise KeyError(key)
        value, step, timestamp = (column[cell].item() for column in self._cells.values)
        return LatestMetric(value=value, step=step, timestamp=timestamp)

    def items(self) -> ItemsView[str, LatestMetric]:
        """Returns all keys and points, made at once, which is faster than by key."""
        return self._whole.items()

    def values(self) -> ValuesView[LatestMetric]:
        """Returns all points, made at once."""
        return self._whole.values()

    def __repr__(self) -> str:
        return repr(self._whole)

    @cached_property
    def _whole(self) -> dict[str, LatestMetric]:
        columns = (column[self._place].tolist() for column in self._cells.values)
        points = zip(self, *columns, strict=True)
        return {key: LatestMetric(value=value, step=step, timestamp=moment) for key, value, step, moment in points}

    def _cell(self, key: str) -> int | None:
        keys = self._cells.key[self._place]
        code = self._pool.find(key)
        place = int(keys.searchsorted(np.int32(code))) if code >= 0 else len(keys)
        return self._place.start + place if place < len(keys) and keys[place] == code else None
