"""Sorts rows by columns, in the order of DataTable in the browser.

Numbers are sorted by value, text by its UTF-16 units, moments by their second; ties keep their order. Missing values
are last in either direction, as are words in place of a number.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.filters.terms import MISSING
from domain.run_table.arrays.strings import NO_TEXT, CodedTexts
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.selection.filtering import is_missing

Rows = NDArray[np.intp]


def in_order(rows: Rows, by: Sequence[tuple[Column, bool]]) -> Rows:
    """Sorts `rows` [n] by columns, the first being the most significant; True sorts a column descending."""
    if not by:
        return rows
    keys = [_keys(column, rows, descending) for column, descending in by]
    return rows[np.lexsort(keys[::-1])]


def _keys(column: Column, rows: Rows, descending: bool) -> NDArray[np.float64]:
    """Returns sort keys [n], ascending; NaN, which NumPy sorts last, where the cell is missing."""
    keys = _numbers(column)[rows]
    return -keys if descending else keys


def _numbers(column: Column) -> NDArray[np.float64]:
    if isinstance(column, NumberColumn):
        return column.values
    if isinstance(column, TextColumn):
        # The last entry is for missing values, whose code is -1.
        return np.append(_ranks(column.values), np.nan)[column.codes]
    seconds: NDArray[np.float64] = (column.ms // 1000).astype(np.float64)
    return np.where(column.missing, np.nan, seconds)


def _ranks(values: Sequence[str]) -> NDArray[np.float64]:
    """Returns the rank of each text, equal for equal ones; NaN for what is shown as missing."""
    if isinstance(values, CodedTexts) and values.is_of_units:
        ranks = np.arange(len(values), dtype=np.float64)
        ranks[[place for text in ("", MISSING) if (place := values.place(text)) != NO_TEXT]] = np.nan
        return ranks
    units = [np.nan if is_missing(value) else utf16(value) for value in values]
    place_of = {unit: place for place, unit in enumerate(sorted({unit for unit in units if isinstance(unit, bytes)}))}
    return np.array([place_of[unit] if isinstance(unit, bytes) else unit for unit in units], np.float64)


def utf16(text: str) -> bytes:
    """Returns a key that sorts as JavaScript compares text: an emoji, two units there, before a full-width letter."""
    return text.encode("utf-16-be", "surrogatepass")
