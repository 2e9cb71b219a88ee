"""Measures a policy in any environment by the returns, lengths and successes of greedy episodes."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from domain.statistics import Interval, cut, interquartile_mean, percentiles, rank_weights, wilson_interval

LONGEST_EPISODE: Final = 20_000
"""The step at which an episode is cut off if its environment does not end it."""

_RESAMPLES: Final = 2_000
_SEED: Final = 0


class Episode(NamedTuple):
    """The result of one episode; `success` is None where the environment does not report it."""

    seed: int
    total: float
    length: int
    success: bool | None
    cut_off: bool = False


class Returns(BaseModel):
    """The results of greedy episodes, all of them counted.

    `iqm_return` is the mean of the middle half of the returns, `iqm_interval` its 95 % interval by a percentile
    bootstrap of the episodes (2,000 resamples with a fixed seed). `success_rate` has Wilson's interval; both are None
    where the environment does not report success. `variant` is None for the training's environment, else the name of
    another distribution. `cut_off` counts the episodes that were ended after LONGEST_EPISODE steps.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    variant: str | None = Field(None, max_length=200)
    episodes: int = Field(ge=1)
    mean_return: float
    iqm_return: float
    iqm_interval: Interval
    mean_length: float = Field(ge=0)
    success_rate: float | None = Field(None, ge=0, le=1)
    success_interval: Interval | None = None
    cut_off: int = Field(0, ge=0)

    @classmethod
    def of(cls, episodes: Sequence[Episode], variant: str | None = None) -> Self:
        """Computes the statistics of at least one episode."""
        totals = np.sort(np.array([one.total for one in episodes], np.float64))
        count = len(totals)
        successes = [one.success for one in episodes if one.success is not None]
        rate = sum(successes) / count if len(successes) == count else None
        low, high = percentiles(rank_weights(count, cut(count), _RESAMPLES, _SEED) @ totals)
        return cls(
            variant=variant,
            episodes=count,
            mean_return=float(totals.mean()),
            iqm_return=float(interquartile_mean(totals)),
            iqm_interval=Interval(low=float(low), high=float(high)),
            mean_length=sum(one.length for one in episodes) / count,
            success_rate=rate,
            success_interval=wilson_interval(rate, count),
            cut_off=sum(one.cut_off for one in episodes),
        )
