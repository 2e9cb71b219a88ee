"""Numbers that stand below one another, with as many decimals each, so that their points do, too."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from components.texts import words

_SIGNIFICANT: Final = 4
_MOST_MORE: Final = 2
"""Decimals that small numbers may add, beyond those that make the largest one exact to four digits."""
_WIDEST: Final = 1e4
"""How much larger the largest may be than the least: beyond it decimals would be many, and mean nothing."""


def number_column(values: Iterable[float | None]) -> Callable[[float | None], str]:
    """Returns how to write each of these values; where they span too far, each has four significant digits."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value != 0]
    if not sizes or max(sizes) >= 1e6 or max(sizes) < 1e-4 or max(sizes) > min(sizes) * _WIDEST:
        return words.number
    wanted = max(_decimals(max(sizes), _SIGNIFICANT), _decimals(min(sizes), 2))
    most = _decimals(max(sizes), _SIGNIFICANT) + _MOST_MORE
    needed = max(len(words.number(size).partition(".")[2]) for size in sizes)
    decimals = max(0, min(wanted, most, needed))
    return lambda value: f"{value:.{decimals}f}" if value is not None and math.isfinite(value) else words.number(value)


def _decimals(size: float, digits: int) -> int:
    """Counts the decimals that show so many significant digits."""
    return digits - 1 - math.floor(math.log10(size))
