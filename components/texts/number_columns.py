"""Columns of numbers with the same number of decimals each, so that their decimal points align."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from components.texts import words

_SIGNIFICANT: Final = 4
_MAX_MORE: Final = 2
"""Extra decimals for small numbers, beyond those that make the largest one exact to four digits."""
_WIDEST: Final = 1e4
"""The largest ratio of the greatest to the smallest number: beyond it the small ones would have too many decimals."""


def number_column(values: Iterable[float | None]) -> Callable[[float | None], str]:
    """Returns the function that formats these values; if they span too far, each has four significant digits."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value != 0]
    if not sizes or max(sizes) >= 1e6 or max(sizes) < 1e-4 or max(sizes) > min(sizes) * _WIDEST:
        return words.number
    wanted = max(_decimals(max(sizes), _SIGNIFICANT), _decimals(min(sizes), 2))
    most = _decimals(max(sizes), _SIGNIFICANT) + _MAX_MORE
    needed = max(len(words.number(size).partition(".")[2]) for size in sizes)
    decimals = max(0, min(wanted, most, needed))
    return lambda value: f"{value:.{decimals}f}" if value is not None and math.isfinite(value) else words.number(value)


def _decimals(size: float, digits: int) -> int:
    """Counts the decimals that show so many significant digits."""
    return digits - 1 - math.floor(math.log10(size))
