"""A linear scale for values so far from zero that a drawing's own arithmetic with them would end in infinity."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.charts.symmetric_log import evenly

Floats = NDArray[np.float64]

FARTHEST: Final = 1e300
"""Plotly takes what is beyond 1.8e304 as no number, and computes with spans and margins besides."""
_DIVISOR: Final = 1e300


class WideScale(NamedTuple):
    """The scale whose places are the values, each divided by `divisor`."""

    divisor: float

    def at(self, values: Floats) -> Floats:
        """Returns where `values` [n] stand on the scale."""
        return np.asarray(values / self.divisor)

    def ticks(self, low: float, high: float) -> list[float]:
        """Returns values between `low` and `high` to write on the axis, rising, at most nine of them."""
        return [tick * self.divisor for tick in evenly(low / self.divisor, high / self.divisor, 4)]


def wide_scale(columns: Iterable[Floats]) -> WideScale | None:
    """Returns the scale for these finite values; None where they can be drawn as they are."""
    is_far = any(len(column) and max(column.max(), -column.min()) > FARTHEST for column in columns)
    return WideScale(_DIVISOR) if is_far else None
