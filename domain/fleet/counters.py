"""Counters that rise until they begin anew, such as the energy of a GPU since its driver was loaded."""

import numpy as np

from domain.fleet.series import Column


def increases(counter: Column, most: float) -> Column:
    """Returns what a counter, read at the end of each step, rose by within it; NaN where one of its two ends is not
    known.

    A counter that fell began anew, and has risen by what it says since then at least. More than `most` within a step is
    no measurement: a driver said 0 once, and then again all that it had counted.
    """
    before = np.concatenate([[np.nan], counter[:-1]])
    rise = counter - before
    rise = np.where(rise < 0, counter, rise)
    return np.where(rise <= most, rise, np.nan)
