"""What a metric came to: a finite number, a divergence, or a rate outside of 0 to 1. One rule, wherever it is told."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.tracking.history import History

# So far beyond 0 and 1 a rate may lie and is one all the same: the mean of many 32-bit ones is 1.0000001.
NOISE: Final = 1e-5


class NotFinite(StrEnum):
    """What is no finite number, as JSON's readers spell it."""

    NAN = "NaN"
    INFINITY = "Infinity"
    MINUS_INFINITY = "-Infinity"

    @classmethod
    def of(cls, value: float) -> "NotFinite":
        """Names `value`, which is not finite."""
        if math.isnan(value):
            return cls.NAN
        return cls.INFINITY if value > 0 else cls.MINUS_INFINITY


class Diverged(BaseModel):
    """A metric that ended in what is no finite number: `value` at `step`.

    With `is_first` it began there. Otherwise its history has not been read, and this is its newest point: it began at
    that step or before.
    """

    model_config = ConfigDict(frozen=True)

    value: NotFinite
    step: int
    is_first: bool


class Outcome(NamedTuple):
    """What a metric came to: `value`, a rate as a share of 1; None where it diverged or is `out_of_range`, as logged.

    A value beside a divergence was chosen from before it.
    """

    value: float | None
    diverged: Diverged | None = None
    out_of_range: float | None = None


class Survivors(NamedTuple):
    """How many of a group's runs are `left` from `step` on; without `is_first` from there or before."""

    step: int
    left: int
    is_first: bool


def survivors(ends: Sequence[Diverged | None]) -> list[Survivors]:
    """Returns how many runs are left at each step at which some diverged, in order of step.

    `ends` has one for each run.
    """
    found: list[Survivors] = []
    left = len(ends)
    fallen = sorted((end for end in ends if end is not None), key=lambda end: end.step)
    for step, together in groupby(fallen, key=lambda end: end.step):
        ended = list(together)
        left -= len(ended)
        found.append(Survivors(step, left, all(end.is_first for end in ended)))
    return found


def outcome_of_point(value: float, step: int, scale: float | None) -> Outcome:
    """Returns what a metric came to by its newest point alone.

    `scale` is what a rate of 1 is logged as, None for no rate.
    """
    if not math.isfinite(value):
        return Outcome(None, Diverged(value=NotFinite.of(value), step=step, is_first=False))
    if scale is None:
        return Outcome(value)
    return Outcome(as_share(value, scale)) if _is_share(value, scale) else Outcome(None, out_of_range=value)


def divergence(history: History) -> Diverged | None:
    """Finds where a history began to have no finite values up to its end; None where it ends in one, or is empty.

    Whatever the metric: a NaN with finite values after it is a gap and no divergence, one without is what it came to.
    """
    tail = tail_start(history.value)
    if tail == len(history):
        return None
    return Diverged(value=NotFinite.of(history.value[tail]), step=int(history.step[tail]), is_first=True)


def located(ends: Mapping[str, Diverged], histories: Mapping[str, History]) -> dict[str, Diverged]:
    """Returns the divergences of a run, by metric, with the step at which each began where its history is at hand."""
    found = {key: divergence(histories[key]) for key in ends if key in histories}
    return {key: found.get(key) or end for key, end in ends.items()}


def tail_start(values: NDArray[np.float64]) -> int:
    """Returns the row from which on no value [n] is finite: n where the last one is."""
    finite = np.flatnonzero(np.isfinite(values))
    return int(finite[-1]) + 1 if len(finite) else 0


def are_shares(values: NDArray[np.float64], scale: float) -> bool:
    """Returns whether all that are finite lie between 0 and `scale`.

    One that does not says that the unit is another.
    """
    shares = values[np.isfinite(values)] / scale
    return not len(shares) or bool(_is_share(shares.min(), 1) and _is_share(shares.max(), 1))


def as_share(value: float, scale: float) -> float:
    """Returns a rate as a share of 1, without the noise of its float."""
    return min(1.0, max(0.0, value / scale))


def _is_share(value: float, scale: float) -> bool:
    return -NOISE <= value / scale <= 1 + NOISE
