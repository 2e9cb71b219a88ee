"""Any column of the run list, cached while the list is unchanged, also those that the list itself does not contain."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from cachetools import LRUCache, TTLCache

from domain.errors import ServiceError
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, MetricColumn, NumberColumn, TextColumn, TimeColumn
from domain.run_table.table import RunTable
from domain.run_table.words.metric_columns import outcomes_of
from domain.tracking.vocabulary import Vocabulary
from services.tracking.bounds import MetricBounds
from services.tracking.run_source import ColumnReader

_MAX_BYTES: Final = 48 * 2**20
# A column of texts keeps its table's file open, and during a first reading there is a new table every second.
_MAX_VERSIONS: Final = 2
# A column that could not be read is not requested again by each of the next requests.
_AGAIN_SECONDS: Final = 5.0
_MAX_FAILED: Final = 1_000
# A decoded text, or a reason, with Python's overhead.
_BYTES_PER_OBJECT: Final = 120
_Key = tuple[str, ColumnRef, datetime | None]
log = logging.getLogger(__name__)


class RunColumnCache:
    """Columns by the version of their table; shared by all threads of a worker."""

    def __init__(self, vocabulary: Vocabulary, reader: ColumnReader | None, bounds: MetricBounds | None) -> None:
        self._vocabulary = vocabulary
        self._reader = reader
        self._bounds = bounds
        self._kept: LRUCache[_Key, Column] = LRUCache(_MAX_BYTES, getsizeof=_size)
        self._versions: OrderedDict[str, None] = OrderedDict()
        """The versions whose columns are cached, the most recently used last."""
        self._failed: TTLCache[_Key, bool] = TTLCache(_MAX_FAILED, _AGAIN_SECONDS)
        self._lock = threading.Lock()

    def column(self, table: RunTable, ref: ColumnRef, as_of: datetime | None = None) -> Column:
        """Returns the column `ref` of `table`; `as_of` is the time for the silence of runs.

        `pending` counts rows whose value has not been read yet; a repeated call returns what has been read since.
        """
        key = table.version, ref, as_of if ref.key == "silent_minutes" else None
        with self._lock:
            self._make_room(table.version)
            kept = self._kept.get(key)
        if kept is not None:
            return kept
        found = self._found(table, ref, key)
        with self._lock:
            if not found.pending and _size(found) <= _MAX_BYTES and table.version in self._versions:
                self._kept[key] = found
        return found

    def _make_room(self, version: str) -> None:
        """Drops columns of versions that are no longer requested; expects the lock to be held."""
        self._versions[version] = None
        self._versions.move_to_end(version)
        if len(self._versions) > _MAX_VERSIONS:
            former, _none = self._versions.popitem(last=False)
            for key in [key for key in self._kept if key[0] == former]:
                del self._kept[key]

    def _found(self, table: RunTable, ref: ColumnRef, key: _Key) -> Column:
        if not table.is_partial_in(ref):
            return column_of(table, ref, self._vocabulary, key[-1])
        if ref.kind == "metric":
            return outcomes_of(found, None) if (found := self._metric(table, ref.key, key)) else _on_its_way(table)
        return self._extreme(table, ref, key)

    def _metric(self, table: RunTable, name: str, key: _Key) -> MetricColumn | None:
        """Reads a metric from the source of the list, synchronously; None where that fails."""
        with self._lock:
            if self._reader is None or key in self._failed:
                return None
        try:
            return self._reader.metric(name, table.run_ids)
        except ServiceError as error:
            log.warning("a column could not be read", extra={"metric": name, "cause": str(error)})
            with self._lock:
                self._failed[key] = True
            return None

    def _extreme(self, table: RunTable, ref: ColumnRef, key: _Key) -> Column:
        last = ColumnRef(kind="metric", key=ref.key)
        points = self._metric(table, ref.key, key) if table.is_partial_in(last) else table.metric(ref.key)
        if points is None or self._bounds is None:
            return _on_its_way(table)
        return self._bounds.column(table, ref.key, points, least=ref.kind == "least")


def _on_its_way(table: RunTable) -> NumberColumn:
    return NumberColumn(np.full(len(table), np.nan), pending=len(table))


def _size(column: Column) -> int:
    match column:
        case NumberColumn():
            texts = sum(_size(each) for each in (column.logged_as, column.words) if each is not None)
            return column.values.nbytes + texts + _BYTES_PER_OBJECT * len(column.reasons)
        case TextColumn():
            return column.codes.nbytes + _size_of_texts(column.values)
        case TimeColumn():
            return column.ms.nbytes + column.missing.nbytes


def _size_of_texts(values: Sequence[str]) -> int:
    """Returns bytes: a table's texts cost a code each, since they are decoded on access; others are objects."""
    return len(values) * (_BYTES_PER_OBJECT if isinstance(values, list) else np.dtype(np.int32).itemsize)
