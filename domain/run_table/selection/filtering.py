"""Filters whole columns; the result is the same as `Filter.matches` cell by cell.

Text is matched once per distinct value. A reason shown in place of a number, such as "diverged", is neither a number
nor missing; a word that was logged there is matched as text.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.filters.grammar import Kind
from domain.filters.terms import (
    MISSING,
    ComparesMoment,
    ComparesNumber,
    Comparison,
    Contains,
    EqualsText,
    Filter,
    InMoments,
    InNumbers,
    IsMissing,
    Term,
    around,
    number_of,
)
from domain.run_table.arrays.strings import NO_TEXT
from domain.run_table.columns import Column, NumberColumn, TextColumn
from domain.run_table.selection.zones import Zone, local_seconds, period

Mask = NDArray[np.bool_]


def kind_of(column: Column) -> Kind:
    """Returns the part of the grammar by which a column is filtered."""
    if isinstance(column, TextColumn):
        return "text"
    if isinstance(column, NumberColumn):
        return "numeric" if column.words is None else "mixed"
    return "datetime"


def match_mask(column: Column, column_filter: Filter, zone: Zone) -> Mask:
    """Returns the mask [n] of rows that the filter keeps; dates are typed as they are shown in `zone`."""
    if isinstance(column, TextColumn):
        return _texts_kept(column, column_filter)
    if isinstance(column, NumberColumn):
        return _numbers_kept(column, column_filter)
    seconds = local_seconds(column.ms, zone)
    return _any(column_filter, len(seconds), lambda term: _moments(seconds, column.missing, term))


def _texts_kept(column: TextColumn, column_filter: Filter) -> Mask:
    texts = _Texts(column.values)
    # The last entry is for missing values, whose code is -1.
    return _any(column_filter, len(texts.cells) + 1, texts.match_mask)[column.codes]


def _numbers_kept(column: NumberColumn, column_filter: Filter) -> Mask:
    missing = np.isnan(column.values)
    wordless = missing.copy()
    wordless[list(column.reasons)] = False
    if column.words is not None:
        wordless &= column.words.codes == NO_TEXT

    def kept_by(term: Term) -> Mask:
        if isinstance(term, Contains | EqualsText) and column.words is not None:
            return _texts_kept(column.words, Filter(terms=(term,)))
        return _numbers(column.values, missing, wordless, term, column.decimals)

    return _any(column_filter, len(missing), kept_by)


def _any(column_filter: Filter, length: int, kept_by: Callable[[Term], Mask]) -> Mask:
    found = np.full(length, not column_filter.terms)
    for term in column_filter.terms:
        found |= kept_by(term)
    return found


class _Texts:
    """The distinct cells of a column; None where the text is shown as missing."""

    def __init__(self, values: Sequence[str]) -> None:
        self.cells = [None if is_missing(value) else value for value in values]

    @cached_property
    def folded(self) -> list[str | None]:
        """The cells, case-folded."""
        return [None if cell is None else cell.casefold() for cell in self.cells]

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The cells that are numbers; NaN for all others."""
        found = (number_of(cell) for cell in self.cells)
        return np.array([np.nan if number is None else number for number in found], np.float64)

    def match_mask(self, term: Term) -> Mask:
        """Returns which cells a term keeps, and in the last entry whether it keeps a missing one."""
        match term:
            case Contains(text=text):
                return _mask([cell is not None and text in cell for cell in self.folded], of_missing=False)
            case EqualsText(operator=operator, text=text):
                equal = _mask([cell == text for cell in self.folded], of_missing=False)
                return equal if operator == "=" else ~equal
            case IsMissing(operator=operator):
                missing = _mask([cell is None for cell in self.cells], of_missing=True)
                return missing if operator == "=" else ~missing
            case ComparesNumber() | InNumbers():
                numbers = np.append(self.numbers, np.nan)
                missing = np.isnan(numbers)
                return _numbers(numbers, missing, missing, term)
            case _:
                raise TypeError(term)


def _mask(cells: list[bool], *, of_missing: bool) -> Mask:
    return np.array([*cells, of_missing], np.bool_)


def _numbers(
    values: NDArray[np.float64], missing: Mask, wordless: Mask, term: Term, decimals: int | None = None
) -> Mask:
    match term:
        case IsMissing(operator=operator):
            return wordless if operator == "=" else ~wordless
        case ComparesNumber(operator=operator, number=number):
            return _compared(values, operator, *around(number, decimals), missing)
        case InNumbers(low=low, high=high):
            return _compared(values, "=", around(low, decimals)[0], around(high, decimals)[1], missing)
        case _:
            raise TypeError(term)


def _moments(seconds: NDArray[np.int64], missing: Mask, term: Term) -> Mask:
    match term:
        case IsMissing(operator=operator):
            return missing if operator == "=" else ~missing
        case ComparesMoment(operator=operator, moment=moment):
            return _compared(seconds, operator, *period(moment), missing)
        case InMoments(low=low, high=high):
            return _compared(seconds, "=", period(low)[0], period(high)[1], missing)
        case _:
            raise TypeError(term)


def _compared(
    values: NDArray[np.float64] | NDArray[np.int64], operator: Comparison, low: float, high: float, missing: Mask
) -> Mask:
    """Returns whether values compare by the operator with the range from `low` to `high`; a missing one matches "!="
    only.
    """
    if operator == "!=":
        return missing | (values < low) | (values > high)
    found: Mask = {
        "=": lambda: (low <= values) & (values <= high),
        "<": lambda: values < low,
        "<=": lambda: values <= high,
        ">": lambda: values > high,
        ">=": lambda: values >= low,
    }[operator]()
    return found & ~missing


def is_missing(text: str) -> bool:
    """Returns whether a text is shown as missing: it is empty, or the sign for missing itself."""
    return text in ("", MISSING)
