"""The terms of a filter, and which cells each of them matches.

A cell is as it is shown: text, a number, or a moment such as "2026-11-20 18:05:00". None, NaN and a bare en dash are
missing. assets/filter_queries.js converts the same terms to DataTable queries.
"""

import math
import re
import sys
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

V = TypeVar("V", str, float)
Cell = str | int | float | None
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
MISSING: Final = "–"
# Relative rounding error of a multiplication or two (0.07 * 100 is not 7); integers of 15 digits stay distinct.
SAME: Final = 2.0**-50
# Beyond this, a half is lost in rounding when added to a number.
EXACT: Final = 2.0**50
LESS: Final = 1 - 2.0**-30
_LARGEST: Final = sys.float_info.max
_NUMBER: Final = re.compile(
    r"[-+−]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
)


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True)


class Contains(_Term):
    """Matches text cells that contain `text`, which is case-folded; numbers never match."""

    term: Literal["contains"] = "contains"
    text: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        held = text_of(cell) if isinstance(cell, str) else None
        return held is not None and self.text in held.casefold()


class EqualsText(_Term):
    """Matches cells equal to `text`, which is case-folded; or all others, missing ones included."""

    term: Literal["text"] = "text"
    operator: Literal["=", "!="]
    text: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        held = text_of(cell)
        return (held is not None and held.casefold() == self.text) == (self.operator == "=")


class IsMissing(_Term):
    """Matches missing cells, or all others."""

    term: Literal["missing"] = "missing"
    operator: Literal["=", "!="]

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        return (text_of(cell) is None) == (self.operator == "=")


class ComparesNumber(_Term):
    """Matches cells whose number compares with `number`; a missing cell matches "!=" only."""

    term: Literal["number"] = "number"
    operator: Comparison
    number: float

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        value = number_of(cell)
        return self.operator == "!=" if value is None else _compares(value, self.operator, *around(self.number))


class InNumbers(_Term):
    """Matches cells whose number is between `low` and `high`, both included."""

    term: Literal["numbers"] = "numbers"
    low: float
    high: float

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        value = number_of(cell)
        return value is not None and around(self.low)[0] <= value <= around(self.high)[1]


class ComparesMoment(_Term):
    """Matches cells whose date compares with the period that begins with `moment`, such as "2026-11"."""

    term: Literal["moment"] = "moment"
    operator: Comparison
    moment: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        held = text_of(cell)
        if held is None:
            return self.operator == "!="
        return _compares(held[: len(self.moment)], self.operator, self.moment, self.moment)


class InMoments(_Term):
    """Matches cells whose date is from the start of the period `low` to the end of the period `high`."""

    term: Literal["moments"] = "moments"
    low: str
    high: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        held = text_of(cell)
        return held is not None and self.low <= held[: len(self.low)] and held[: len(self.high)] <= self.high


Term = Contains | EqualsText | IsMissing | ComparesNumber | InNumbers | ComparesMoment | InMoments


class Filter(_Term):
    """Matches cells that match any of its terms; without terms, all."""

    terms: tuple[Term, ...] = ()

    def matches(self, cell: Cell) -> bool:
        """Returns whether the cell matches."""
        return not self.terms or any(term.matches(cell) for term in self.terms)


def text_of(cell: Cell) -> str | None:
    """Returns the text of a cell; None where it is missing."""
    if cell is None or cell == MISSING or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return str(cell)


def number_of(cell: Cell) -> float | None:
    """Returns a cell's number, also if written as text; None for other text, a missing cell or NaN."""
    if isinstance(cell, str):
        return parsed_number(cell)
    return None if cell is None or math.isnan(cell) else float(cell)


def parsed_number(text: str) -> float | None:
    """Returns the finite number in `text`; None for other texts."""
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text.replace(",", "").replace("−", "-"))
    return number if math.isfinite(number) else None


def around(number: float, decimals: int | None = None) -> tuple[float, float]:
    """Returns the range of numbers that count as equal to this one.

    In a column that shows `decimals`, a number with no more decimals equals all values that are shown as it.
    """
    if decimals is not None and abs(number) < EXACT and round(number, decimals) == number:
        half = 0.5 / 10**decimals
        # A tie is rounded away from zero when it is shown.
        less = half * LESS
        return number - (half if number > 0 else less), number + (half if number < 0 else less)
    margin = abs(number) * SAME
    return max(number - margin, -_LARGEST), min(number + margin, _LARGEST)


def _compares(value: V, operator: Comparison, low: V, high: V) -> bool:
    """Returns whether `value` compares by the operator with the range from `low` to `high`."""
    match operator:
        case "=":
            return low <= value <= high
        case "!=":
            return not low <= value <= high
        case "<":
            return value < low
        case "<=":
            return value <= high
        case ">":
            return value > high
        case ">=":
            return value >= low
