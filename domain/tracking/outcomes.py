"""The outcome of a metric: a finite number, a divergence, or a rate outside of 0 to 1; one rule for all callers."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.tracking.history import History

# Tolerance for rates outside of 0 to 1: the mean of many 32-bit ones is 1.0000001.
NOISE: Final = 1e-5


class NotFinite(StrEnum):
    """Non-finite numbers, in the spelling of JSON."""

    NAN = "NaN"
    INFINITY = "Infinity"
    MINUS_INFINITY = "-Infinity"

    @classmethod
    def of(cls, value: float) -> "NotFinite":
        """Returns the name of `value`, which is not finite."""
        if math.isnan(value):
            return cls.NAN
        return cls.INFINITY if value > 0 else cls.MINUS_INFINITY


class Diverged(BaseModel):
    """A metric that ended in non-finite values: `value` at `step`.

    With `is_first` it is the step where they began. Otherwise the history has not been read, and this is the newest
    point: they began at that step or before.
    """

    model_config = ConfigDict(frozen=True)

    value: NotFinite
    step: int
    is_first: bool


class Outcome(NamedTuple):
    """A metric's outcome: `value`, a rate as a share of 1; None if it diverged or is `out_of_range`, as logged.

    A value together with a divergence was chosen from before it.
    """

    value: float | None
    diverged: Diverged | None = None
    out_of_range: float | None = None


class Survivors(NamedTuple):
    """The number of a group's runs `left` from `step` on; if not `is_first`, from that step or before."""

    step: int
    left: int
    is_first: bool


def survivors(ends: Sequence[Diverged | None]) -> list[Survivors]:
    """Returns how many runs are left at each step at which some diverged, in order of step.

    `ends` has one entry for each run.
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
    """Returns the outcome of a metric by its newest point only; `scale` is the logged value of a rate of 1, None if no
    rate.
    """
    if not math.isfinite(value):
        return Outcome(None, Diverged(value=NotFinite.of(value), step=step, is_first=False))
    if scale is None:
        return Outcome(value)
    return Outcome(as_share(value, scale)) if _is_share(value, scale) else Outcome(None, out_of_range=value)


def divergence(history: History) -> Diverged | None:
    """Finds where a history became non-finite until its end; None where it ends in a finite value, or is empty.

    A NaN before finite values is a gap, not a divergence.
    """
    tail = tail_start(history.value)
    if tail == len(history):
        return None
    return Diverged(value=NotFinite.of(history.value[tail]), step=int(history.step[tail]), is_first=True)


def located(ends: Mapping[str, Diverged], histories: Mapping[str, History]) -> dict[str, Diverged]:
    """Returns a run's divergences by metric, with the step at which each began where its history is given."""
    found = {key: divergence(histories[key]) for key in ends if key in histories}
    return {key: found.get(key) or end for key, end in ends.items()}


def tail_start(values: NDArray[np.float64]) -> int:
    """Returns the row from which on no value [n] is finite: n if the last one is."""
    finite = np.flatnonzero(np.isfinite(values))
    return int(finite[-1]) + 1 if len(finite) else 0


def are_shares(values: NDArray[np.float64], scale: float) -> bool:
    """Returns whether all finite values are between 0 and `scale`; if one is not, the unit is another."""
    shares = values[np.isfinite(values)] / scale
    return not len(shares) or bool(_is_share(shares.min(), 1) and _is_share(shares.max(), 1))


def as_share(value: float, scale: float) -> float:
    """Returns a rate as a share of 1, with rounding errors outside of 0 to 1 removed."""
    return min(1.0, max(0.0, value / scale))


def _is_share(value: float, scale: float) -> bool:
    return -NOISE <= value / scale <= 1 + NOISE
