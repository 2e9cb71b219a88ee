"""The extremes of a metric."""

from typing import NamedTuple

import numpy as np

from domain.tracking.history import History


class Extremes(NamedTuple):
    """The least and the greatest finite value, None where there is none, and the number of points, of any value."""

    least: float | None
    greatest: float | None
    points: int | None


def extremes(history: History) -> Extremes:
    """Returns the extremes over all points of a history."""
    finite = history.value[np.isfinite(history.value)]
    if not len(finite):
        return Extremes(None, None, len(history))
    return Extremes(float(finite.min()), float(finite.max()), len(history))
