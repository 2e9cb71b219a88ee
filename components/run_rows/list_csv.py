"""The run list as CSV: the visible columns in full precision, a run per row, for the runs that match the filters."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from components.run_rows.rows import ListData
from components.texts.csv_cells import csv_text
from components.texts.outcomes import machine_value
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.selection.sorting import Rows
from domain.tracking.outcomes import Outcome

PENDING: Final = "pending"
# Exported as the list's text; all other columns as they were logged.
_IN_WORDS: Final = ("remarks", "diverged")
_ROWS_AT_A_TIME: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond this a float is no exact integer.
_NO_COUNT: Final = 2.0**53


def csv_pieces(known: ListData, refs: Sequence[ColumnRef], rows: Rows) -> Iterator[str]:
    """Yields the file piece by piece: numbers and times as they were logged, in UTC; missing values are empty.

    Values that are still being read are `pending`. The columns are read at once, before the first piece.
    """
    columns = [(_column(known, ref), _on_their_way(known, ref)) for ref in refs]
    head = csv_text([[str(ref) for ref in refs]])

    def pieces() -> Iterator[str]:
        yield head
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            some = rows[start : start + _ROWS_AT_A_TIME].tolist()
            yield csv_text(
                [PENDING if row in pending else _cell(column, row) for column, pending in columns] for row in some
            )

    return pieces()


def _column(known: ListData, ref: ColumnRef) -> Column:
    return known.shown(ref) if ref.kind == "built_in" and ref.key in _IN_WORDS else known.raw(ref)


def _on_their_way(known: ListData, ref: ColumnRef) -> frozenset[int]:
    """Returns the rows that logged a value that has not been read yet."""
    column = known.raw(ref)
    if not column.pending or not isinstance(column, NumberColumn):
        return frozenset()
    last = ColumnRef(kind="metric", key=ref.key)
    logged = True if known.table.is_partial_in(last) else known.table.metric(ref.key).logged
    return frozenset(np.flatnonzero(np.isnan(column.values) & logged).tolist()) - column.reasons.keys()


def _cell(column: Column, row: int) -> Any:
    if isinstance(column, TextColumn):
        return column.at(row)
    if isinstance(column, NumberColumn):
        return _number(column, row)
    ms = column.at(row)
    return None if ms is None else (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")


def _number(column: NumberColumn, row: int) -> Any:
    written = None if column.logged_as is None else column.logged_as.at(row)
    if written is not None:
        return written
    value = column.at(row)
    if value is None:
        return _reason(column.reasons.get(row))
    return int(value) if value.is_integer() and abs(value) < _NO_COUNT else value


def _reason(why: Outcome | None) -> str | None:
    """Returns the text that was logged instead of a number."""
    if why is None:
        return None
    if why.diverged is not None:
        return machine_value(why.diverged)
    return f"out of range: {why.out_of_range!r}"
