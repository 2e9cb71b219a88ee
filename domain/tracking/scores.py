"""Statistics of groups of runs' final scores, and the probability that one group is better than another.

Definitions and stratified bootstrap after Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the
Statistical Precipice", and their package rliable.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.statistics import MIN_RUNS, Interval, interquartile_mean, percentiles

RESAMPLES: Final = 10_000
_AT_ONCE: Final = 2_000_000  # numbers resampled at once: 16 MB

# The final scores of one group's runs, by environment. Environments may have different numbers of runs.
Scores = Mapping[str, Sequence[float]]


class Estimate(BaseModel):
    """A value and its 95 % bootstrap interval; None if an environment has fewer than three runs."""

    model_config = ConfigDict(frozen=True)

    value: float
    interval: Interval | None


class Aggregates(BaseModel):
    """Statistics of a group's scores, over `runs` runs in `environments` environments.

    `iqm` is over all runs together; `mean` and `median` are over the environments' means, so that with one environment
    both are its mean.
    """

    model_config = ConfigDict(frozen=True)

    iqm: Estimate
    mean: Estimate
    median: Estimate
    runs: int
    environments: int


class Improvement(BaseModel):
    """The probability that a run of X scores higher than one of Y, a tie as a half: the mean over `environments`."""

    model_config = ConfigDict(frozen=True)

    probability: Estimate
    environments: tuple[str, ...]


def aggregate(scores: Scores, *, resamples: int = RESAMPLES, seed: int = 0) -> Aggregates:
    """Returns interquartile mean, mean and median of `scores`, with stratified bootstrap intervals determined by
    `seed`.

    Raises BadInput for scores that are empty or not finite.
    """
    strata = [_stratum(environment, values) for environment, values in scores.items()]
    if not strata:
        raise InvalidArgument(Text("There are no scores to aggregate."))
    values = _point_estimates([stratum[None] for stratum in strata])[:, 0]
    intervals = _intervals(strata, resamples, seed) if _are_enough(strata) else [None] * 3
    iqm, mean, median = (
        Estimate(value=float(value), interval=interval) for value, interval in zip(values, intervals, strict=True)
    )
    return Aggregates(
        iqm=iqm, mean=mean, median=median, runs=sum(len(stratum) for stratum in strata), environments=len(strata)
    )


def probability_of_improvement(x: Scores, y: Scores, *, resamples: int = RESAMPLES, seed: int = 0) -> Improvement:
    """Returns the probability that a run of `x` beats a run of `y`, over their common environments.

    `seed` determines the interval. Higher is better: swap the two where it is not. A score of minus infinity is a
    failed run, worse than all others. Raises BadInput if they share no environment, and for scores that are empty or,
    except minus infinity, not finite.
    """
    shared = tuple(environment for environment in x if environment in y)
    if not shared:
        raise InvalidArgument(Text("The two groups have no environment in common."))
    pairs = [(_ranked_stratum(name, x[name]), _ranked_stratum(name, y[name])) for name in shared]
    wins = [_wins(*pair) for pair in pairs]
    enough = _are_enough([stratum for pair in pairs for stratum in pair])
    value = float(np.mean([won.mean() for won in wins]))
    return Improvement(
        probability=Estimate(value=value, interval=_improvement_interval(wins, resamples, seed) if enough else None),
        environments=shared,
    )


def _stratum(environment: str, values: Sequence[float]) -> NDArray[np.float64]:
    stratum = np.asarray(values, np.float64)
    if not len(stratum) or not np.isfinite(stratum).all():
        raise InvalidArgument(Text(f"The scores in {environment} are empty or not all finite."))
    return stratum


def _ranked_stratum(environment: str, values: Sequence[float]) -> NDArray[np.float64]:
    """Converts as `_stratum` does, but allows minus infinity, where only the order of the scores matters."""
    finite = [value for value in values if value != -np.inf]
    if finite or not values:
        _stratum(environment, finite)
    return np.asarray(values, np.float64)


def _are_enough(strata: Sequence[NDArray[np.float64]]) -> bool:
    return min(len(stratum) for stratum in strata) >= MIN_RUNS


def _point_estimates(strata: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Returns interquartile mean, mean and median [3, r] of scores given as one [r, n] for each environment."""
    means = np.stack([stratum.mean(axis=1) for stratum in strata])
    return np.stack([interquartile_mean(np.concatenate(strata, axis=1)), means.mean(axis=0), np.median(means, axis=0)])


def _intervals(strata: Sequence[NDArray[np.float64]], resamples: int, seed: int) -> list[Interval]:
    rng = np.random.default_rng(seed)
    estimates = [
        _point_estimates([stratum[rng.integers(len(stratum), size=(rows, len(stratum)))] for stratum in strata])
        for rows in _portions(resamples, sum(len(stratum) for stratum in strata))
    ]
    low, high = percentiles(np.concatenate(estimates, axis=1))
    return [Interval(low=low, high=high) for low, high in zip(low.tolist(), high.tolist(), strict=True)]


def _portions(resamples: int, size: int) -> Iterator[int]:
    """Yields `resamples` in portions that fit into memory, where each resample takes `size` numbers."""
    most = max(1, _AT_ONCE // size)
    for done in range(0, resamples, most):
        yield min(most, resamples - done)


def _wins(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns whether each of `x` beats each of `y` [n, m]: 1, 0, or a half for a tie."""
    return np.where(x[:, None] == y, 0.5, np.where(x[:, None] > y, 1.0, 0.0))


def _improvement_interval(wins: Sequence[NDArray[np.float64]], resamples: int, seed: int) -> Interval:
    rng = np.random.default_rng(seed)
    drawn = [_drawn(rng, len(won), resamples) @ won * _drawn(rng, won.shape[1], resamples) for won in wins]
    low, high = percentiles(np.mean([each.sum(axis=1) for each in drawn], axis=0))
    return Interval(low=float(low), high=float(high))


def _drawn(rng: np.random.Generator, n: int, resamples: int) -> NDArray[np.float64]:
    """Returns the weight of each of `n` runs in each resample [resamples, n]."""
    return rng.multinomial(n, np.full(n, 1 / n), size=resamples) / n
