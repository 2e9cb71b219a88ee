"""Smoothing by a debiased exponential moving average of all points of a history, before downsampling."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors.records import InvalidArgument
from domain.messages import Text

HEAVIEST: Final = 0.99
_BLOCK: Final = 32
_CHUNK: Final = 128 * _BLOCK
_TO_NOTHING: Final = 40.0  # e**-40 is lost in the rounding of 1
_NEGLIGIBLE: Final = 1e-290  # subnormal numbers make a processor a hundred times slower


def smooth(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Returns the debiased moving average of `values` [n]: at each point the mean of those up to it, weighted
    weight**age.

    `weight` is 0 (unchanged) to 0.99; raises BadInput for others. Non-finite values stay in place and are not averaged.
    """
    if not 0 <= weight <= HEAVIEST:
        raise InvalidArgument(Text(f"A smoothing weight is 0 to {HEAVIEST}, not {weight}."))
    if weight == 0 or not len(values):
        return values
    finite = np.isfinite(values)
    if finite.all():
        return _debiased(values, weight)
    result = values.copy()
    result[finite] = _debiased(values[finite], weight)
    return result


def _debiased(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    average = _decaying_sums(values, weight)
    # An average that starts from 0 is too small by the weight left on its start, weight**age, which soon vanishes.
    young = min(len(values), int(_TO_NOTHING / -np.log(weight)) + 1)
    average[:young] /= -np.expm1(np.arange(1, young + 1) * np.log(weight))
    return average


def _decaying_sums(values: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Computes s[i] = decay * s[i - 1] + (1 - decay) * values[i], from s[-1] = 0.

    It works in chunks that fit into the processor's cache. In a chunk each block is summed by a product with a triangle
    of powers; a second product carries the ends of the blocks on. Every factor is a power of `decay` below 1, so
    nothing can overflow.
    """
    sums = np.empty(-(-len(values) // _CHUNK) * _CHUNK)
    sums[len(values) :] = 0.0
    sums[: len(values)] = values
    within, across = (1 - decay) * _powers(decay, _BLOCK), _powers(decay**_BLOCK, _CHUNK // _BLOCK)
    in_block, ends = decay ** np.arange(1, _BLOCK + 1), (decay**_BLOCK) ** np.arange(1, _CHUNK // _BLOCK + 1)
    carried = 0.0
    for chunk in sums.reshape(-1, _CHUNK // _BLOCK, _BLOCK):
        chunk[:] = chunk @ within
        at_ends = chunk[:, -1] @ across + carried * ends
        chunk[0] += carried * in_block
        chunk[1:] += at_ends[:-1, None] * in_block
        carried = at_ends[-1]
    return sums[: len(values)]


@lru_cache(maxsize=64)  # the thirty lines of a comparison share their weight
def _powers(decay: float, size: int) -> NDArray[np.float64]:
    """Returns the triangle [from, to] of decay**(to - from) where to >= from; other and negligible powers are 0."""
    ages = np.arange(size)[None, :] - np.arange(size)[:, None]
    powers: NDArray[np.float64] = np.where(ages < 0, 0.0, decay ** np.maximum(ages, 0))
    powers[powers < _NEGLIGIBLE] = 0.0
    powers.flags.writeable = False
    return powers
