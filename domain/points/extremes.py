"""Between which values a metric moved."""

from typing import NamedTuple

import numpy as np

from domain.tracking.history import History


class Extremes(NamedTuple):
    """The least and the greatest finite value, None where there is none, and of how many points, of whatever value."""

    least: float | None
    greatest: float | None
    points: int | None


def extremes(history: History) -> Extremes:
    """Returns those of all points of a history."""
    finite = history.value[np.isfinite(history.value)]
    if not len(finite):
        return Extremes(None, None, len(history))
    return Extremes(float(finite.min()), float(finite.max()), len(history))
