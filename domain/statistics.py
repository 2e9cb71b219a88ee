"""Estimates with their uncertainty: the interquartile mean, bootstrap and Wilson intervals."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_serializer

CONFIDENCE: Final = 0.95
# With fewer runs an interval would suggest knowledge: two numbers have only three resamples.
MIN_RUNS: Final = 3
_Z: Final = 1.959963984540054  # the normal distribution's 97.5 % point


class Interval(BaseModel):
    """A 95 % interval, both ends included."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    low: float
    high: float

    @field_serializer("low", "high", when_used="json")
    def _as_json(self, end: float) -> float | str:
        """Writes a number as the configuration defines, which pydantic ignores where this is part of a union."""
        return end if math.isfinite(end) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(end, "NaN")


def cut(n: int) -> int:
    """Returns how many of `n` values the interquartile mean leaves out at either end: a quarter, rounded down."""
    return n // 4


def interquartile_mean(values: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    """Returns the mean of the middle half along `axis`, which must not be empty: a 25 % trim at either end."""
    n = values.shape[axis]
    middle = np.sort(values, axis=axis).take(np.arange(cut(n), n - cut(n)), axis=axis)
    return np.asarray(middle.mean(axis=axis))


def rank_weights(n: int, trimmed: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """Returns weights [resamples, n] that turn `n` sorted values into the trimmed means of bootstrap resamples.

    Drawing ranks instead of values gives a resample's mean the same distribution and lets one matrix product serve
    every column of a chart. `trimmed` values are left out at either end. Equal arguments give equal weights.
    """
    ranks = np.sort(np.random.default_rng([seed, n]).integers(n, size=(resamples, n)), axis=1)
    kept = ranks[:, trimmed : n - trimmed]
    flat = kept + n * np.arange(resamples)[:, None]
    counted = np.bincount(flat.ravel(), minlength=resamples * n).reshape(resamples, n)
    weights: NDArray[np.float64] = counted / kept.shape[1]
    return weights


def percentiles(samples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the 2.5 % and 97.5 % points along the last axis, by linear interpolation: the percentile interval."""
    # np.quantile gives the same result three times slower: it partitions, and NumPy's sort is vectorised.
    ordered = np.sort(samples, axis=-1)
    low, high = (_at_share(ordered, share) for share in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return low, high


def _at_share(ordered: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    whole, part = divmod(share * (ordered.shape[-1] - 1), 1)
    below = ordered[..., int(whole)]
    above = ordered[..., min(int(whole) + 1, ordered.shape[-1] - 1)]
    return np.asarray(below + part * (above - below))


def wilson_interval(rate: float | None, episodes: int | None) -> Interval | None:
    """Returns Wilson's 95 % interval of a success rate (0 to 1) over `episodes` episodes.

    None if either is not known, there were no episodes, or `rate` is outside of 0 to 1. Source: Wilson 1927.
    """
    if rate is None or episodes is None or episodes < 1 or not 0 <= rate <= 1:
        return None
    z2 = _Z**2 / episodes
    middle = (rate + z2 / 2) / (1 + z2)
    half = _Z * math.sqrt(rate * (1 - rate) / episodes + z2 / (4 * episodes)) / (1 + z2)
    # At 0 and 1 the ends are exact; rounding must not put the rate outside of its own interval.
    return Interval(low=max(0.0, min(rate, middle - half)), high=min(1.0, max(rate, middle + half)))
