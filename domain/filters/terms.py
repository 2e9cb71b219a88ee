"""The terms that a filter is made of, and which cells each of them keeps.

A cell is as it is shown: text, a number, or a moment such as "2026-11-20 18:05:00". None, NaN and a bare en dash are
missing. assets/filter_queries.js writes the same terms as queries of DataTable's.
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
# Apart only by the rounding of a multiplication or two (0.07 * 100 is no 7); integers of 15 digits stay apart.
SAME: Final = 2.0**-50
# Beyond this half of one is lost beside a number.
EXACT: Final = 2.0**50
LESS: Final = 1 - 2.0**-30
_LARGEST: Final = sys.float_info.max
_NUMBER: Final = re.compile(
    r"[-+−]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
)


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True)


class Contains(_Term):
    """Cells of text that hold `text`, which is case-folded; a number holds none."""

    term: Literal["contains"] = "contains"
    text: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        held = text_of(cell) if isinstance(cell, str) else None
        return held is not None and self.text in held.casefold()


class EqualsText(_Term):
    """Cells that are `text`, which is case-folded; or all others, missing ones included."""

    term: Literal["text"] = "text"
    operator: Literal["=", "!="]
    text: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        held = text_of(cell)
        return (held is not None and held.casefold() == self.text) == (self.operator == "=")


class IsMissing(_Term):
    """Missing cells, or all others."""

    term: Literal["missing"] = "missing"
    operator: Literal["=", "!="]

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        return (text_of(cell) is None) == (self.operator == "=")


class ComparesNumber(_Term):
    """Cells whose number compares so with `number`; a missing one only is not equal."""

    term: Literal["number"] = "number"
    operator: Comparison
    number: float

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        value = number_of(cell)
        return self.operator == "!=" if value is None else _compares(value, self.operator, *around(self.number))


class InNumbers(_Term):
    """Cells whose number is between two, both included."""

    term: Literal["numbers"] = "numbers"
    low: float
    high: float

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        value = number_of(cell)
        return value is not None and around(self.low)[0] <= value <= around(self.high)[1]


class ComparesMoment(_Term):
    """Cells whose date compares so with the period whose beginning, such as "2026-11", is `moment`."""

    term: Literal["moment"] = "moment"
    operator: Comparison
    moment: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        held = text_of(cell)
        if held is None:
            return self.operator == "!="
        return _compares(held[: len(self.moment)], self.operator, self.moment, self.moment)


class InMoments(_Term):
    """Cells whose date is from the start of one such period to the end of another."""

    term: Literal["moments"] = "moments"
    low: str
    high: str

    def matches(self, cell: Cell) -> bool:
        """Returns whether this term keeps the cell."""
        held = text_of(cell)
        return held is not None and self.low <= held[: len(self.low)] and held[: len(self.high)] <= self.high


Term = Contains | EqualsText | IsMissing | ComparesNumber | InNumbers | ComparesMoment | InMoments


class Filter(_Term):
    """Cells that any of its terms keeps; without a term, all."""

    terms: tuple[Term, ...] = ()

    def matches(self, cell: Cell) -> bool:
        """Returns whether this filter keeps the cell."""
        return not self.terms or any(term.matches(cell) for term in self.terms)


def text_of(cell: Cell) -> str | None:
    """Returns what a cell shows; None where it is missing."""
    if cell is None or cell == MISSING or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return str(cell)


def number_of(cell: Cell) -> float | None:
    """Returns a cell's number, also one that is written as text; None where it has none that is finite or infinite."""
    if isinstance(cell, str):
        return parsed_number(cell)
    return None if cell is None or math.isnan(cell) else float(cell)


def parsed_number(text: str) -> float | None:
    """Returns the finite number that `text` is; None where it is none."""
    if _NUMBER.fullmatch(text) is None:
        return None
    number = float(text.replace(",", "").replace("−", "-"))
    return number if math.isfinite(number) else None


def around(number: float, decimals: int | None = None) -> tuple[float, float]:
    """Returns the least and the greatest number that count as this one.

    In a column that shows so many decimals, one that is typed with no more of them is all that is shown as it.
    """
    if decimals is not None and abs(number) < EXACT and round(number, decimals) == number:
        half = 0.5 / 10**decimals
        # What is right between two is shown as the one that is farther from zero.
        less = half * LESS
        return number - (half if number > 0 else less), number + (half if number < 0 else less)
    margin = abs(number) * SAME
    return max(number - margin, -_LARGEST), min(number + margin, _LARGEST)


def _compares(value: V, operator: Comparison, low: V, high: V) -> bool:
    """Returns how `value` compares with what reaches from `low` to `high`."""
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
