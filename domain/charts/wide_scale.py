"""A linear scale for values so large that Plotly's arithmetic with them would overflow."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.charts.symmetric_log import evenly

Floats = NDArray[np.float64]

FARTHEST: Final = 1e300
"""Plotly ignores numbers beyond 1.8e304, and computes with spans and margins as well."""
_DIVISOR: Final = 1e300


class WideScale(NamedTuple):
    """The scale on which the positions are the values divided by `divisor`."""

    divisor: float

    def at(self, values: Floats) -> Floats:
        """Returns the positions of `values` [n] on the scale."""
        return np.asarray(values / self.divisor)

    def ticks(self, low: float, high: float) -> list[float]:
        """Returns rising tick values between `low` and `high`, at most nine."""
        return [tick * self.divisor for tick in evenly(low / self.divisor, high / self.divisor, 4)]


def wide_scale(columns: Iterable[Floats]) -> WideScale | None:
    """Returns the scale for these finite values; None where they can be drawn unscaled."""
    is_far = any(len(column) and max(column.max(), -column.min()) > FARTHEST for column in columns)
    return WideScale(_DIVISOR) if is_far else None
