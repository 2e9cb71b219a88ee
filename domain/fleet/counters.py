"""Monotonic counters that may be reset, such as the energy of a GPU since its driver was loaded."""

import numpy as np

from domain.fleet.series import Column


def increases(counter: Column, most: float) -> Column:
    """Returns the increase of a counter in each step, from its values at the end of the steps; NaN if an end is
    missing.

    A counter that fell was reset, and has risen at least by its present value. More than `most` in a step is not
    believed: a driver may report 0 once, and then its old count again.
    """
    before = np.concatenate([[np.nan], counter[:-1]])
    rise = counter - before
    rise = np.where(rise < 0, counter, rise)
    return np.where(rise <= most, rise, np.nan)
