"""A symmetric logarithmic scale, which includes zero and negative values: linear around zero, logarithmic beyond."""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Decades on either side of zero: smaller values are drawn as nearly zero.
_MAX_DECADES: Final = 6
_MAX_TICKS: Final = 9

Floats = NDArray[np.float64]


class SymmetricLog(NamedTuple):
    """The scale that is linear from `-linear` to `linear`, a power of ten."""

    linear: float

    def at(self, values: Floats) -> Floats:
        """Returns the positions of `values` [n] on the scale: sign * log10(1 + size / linear)."""
        place: Floats = np.sign(values) * np.log10(1 + np.abs(values) / self.linear)
        return place

    def ticks(self, low: float, high: float) -> list[float]:
        """Returns rising tick values between `low` and `high`, at most nine."""
        shown = [tick for tick in self._round_numbers(max(abs(low), abs(high))) if low <= tick <= high]
        if len(shown) < 3:
            return evenly(low, high)
        powers = [tick for tick in shown if tick == 0 or math.isclose(math.log10(abs(tick)) % 1, 0, abs_tol=1e-9)]
        return _thinned(shown if len(shown) <= _MAX_TICKS or len(powers) < 3 else powers)

    def _round_numbers(self, most: float) -> list[float]:
        first = round(math.log10(self.linear))
        last = max(first, math.ceil(math.log10(most))) if most else first
        sizes = [float(f"{digit}e{power}") for power in range(first, last + 1) for digit in (1, 2, 5)]
        return [*(-size for size in reversed(sizes)), 0.0, *sizes]


def symmetric_log(columns: Iterable[Floats]) -> SymmetricLog | None:
    """Returns the scale for these finite values; None where all are positive, so that a plain logarithm suffices."""
    given = [column for column in columns if len(column)]
    if not given or min(column.min() for column in given) > 0:
        return None
    sizes = [np.abs(column[column != 0]) for column in given]
    smallest = min(float(size.min(initial=math.inf)) for size in sizes)
    largest = max(float(size.max(initial=0.0)) for size in sizes)
    if not largest:
        return SymmetricLog(1.0)
    power = max(math.floor(math.log10(smallest)), math.ceil(math.log10(largest)) - _MAX_DECADES)
    return SymmetricLog(float(f"1e{max(power, -300)}"))


def evenly(low: float, high: float, strides: int = 2) -> list[float]:
    """Returns a few round values between `low` and `high`, spaced so that at least `strides` steps fit."""
    if low == high:
        return [low]
    stride = 10.0 ** math.floor(math.log10((high - low) / strides))
    stride *= next(factor for factor in (5, 2, 1) if (high - low) / (stride * factor) >= strides or factor == 1)
    first, last = math.ceil(low / stride), math.floor(high / stride)
    return _thinned([number * stride for number in range(first, min(last, first + 100) + 1)]) or [low, high]


def _thinned(ticks: Sequence[float]) -> list[float]:
    """Returns every second, third … tick; zero is kept."""
    every = -(-len(ticks) // _MAX_TICKS)
    zero = ticks.index(0.0) if 0.0 in ticks else 0
    return list(ticks[zero % every :: every])
