"""Smoothing: the debiased exponential moving average, on all points of a history, before any of them is left out."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.history import History

HEAVIEST: Final = 0.99
_LONGEST_BLOCK: Final = 512  # each block is one turn of a Python loop
_SAFE_DECAY: Final = 138.0  # e**-138 is 1e-60: what a block's first value may shrink to, far from the smallest number
_TO_NOTHING: Final = 40.0  # e**-40 is lost in the rounding of 1


def smoothed(history: History, weight: float) -> History:
    """`history` with its values smoothed, see `smooth`; steps and timestamps stay."""
    return history.model_copy(update={"value": smooth(history.value, weight)})


def smooth(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """The debiased moving average of `values` [n]: each point is the mean of those up to it, weighted weight**age.

    `weight` is 0 (unchanged) to 0.99; raises BadInput for others. Values that are not finite stay as they are, where
    they are, and count for nothing.
    """
    if not 0 <= weight <= HEAVIEST:
        raise BadInput(f"A smoothing weight is 0 to {HEAVIEST}, not {weight}.")
    if weight == 0 or not len(values):
        return values
    finite = np.isfinite(values)
    if finite.all():
        return _debiased(values, weight)
    result = values.copy()
    result[finite] = _debiased(values[finite], weight)
    return result


def _debiased(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    average = _average_from_zero(values, weight)
    # An average that starts from 0 is too small by the weight that its start still has, weight**age: soon nothing.
    young = min(len(values), int(_TO_NOTHING / -np.log(weight)) + 1)
    average[:young] /= -np.expm1(np.arange(1, young + 1) * np.log(weight))
    return average


def _average_from_zero(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """s[i] = weight * s[i - 1] + (1 - weight) * values[i], from s[-1] = 0, as a running sum in each block.

    Every value is first worth what it will be at the block's end and then scaled back, so that nothing can overflow.
    """
    size = max(1, min(_LONGEST_BLOCK, int(_SAFE_DECAY / -np.log(weight))))
    padded = np.zeros((-(-len(values) // size), size))
    padded.reshape(-1)[: len(values)] = values
    at_end = weight ** np.arange(size - 1, -1, -1)
    sums = np.cumsum(padded * ((1 - weight) * at_end), axis=1)
    sums += np.outer(_carried(sums[:, -1], weight**size), np.full(size, weight**size))
    sums /= at_end
    return sums.ravel()[: len(values)]


def _carried(ends: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """The average with which each block starts, from what the blocks come to on their own."""
    average, carried = 0.0, []
    for end in ends.tolist():
        carried.append(average)
        average = end + decay * average
    return np.array(carried)
