"""Requested time spans, and the grid of steps in which they are answered."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors.fleet.history import SpanReversed, SpanTooLong
from domain.fleet.series import Steps

MAX_POINTS: Final = 720
"""The most steps of an answer: one for each pixel or two of a chart."""
MAX_DAYS: Final = 92
_DAY_MS: Final = 86_400_000
_LATEST_MS: Final = 2**53
# Multiples of the monitor's bucket, so that each step holds equally many; and round numbers of minutes or hours.
_STEPS_MS: Final = tuple(
    seconds * 1000 for seconds in (20, 40, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400)
)


class Range(StrEnum):
    """A span that ends now."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "7d"

    @property
    def milliseconds(self) -> int:
        """Its length."""
        return {Range.HOUR: _DAY_MS // 24, Range.DAY: _DAY_MS, Range.WEEK: 7 * _DAY_MS}[self]


class Span(BaseModel):
    """The last hour, day or week, or from `since_ms` to `until_ms` (Unix ms)."""

    model_config = ConfigDict(frozen=True)

    range: Range = Field(Range.DAY, description="The last hour, day or week.")
    since_ms: Annotated[int, Field(ge=0, le=_LATEST_MS)] | None = Field(
        None, description="Start of the range in Unix ms, instead of `range`."
    )
    until_ms: Annotated[int, Field(ge=0, le=_LATEST_MS)] | None = Field(
        None, description="End of the range in Unix ms, exclusive; by default now."
    )

    @model_validator(mode="after")
    def _not_reversed(self) -> Self:
        if self.until_ms is not None and self.since_ms is None:
            raise ValueError("until_ms needs since_ms")
        return self

    def steps(self, now_ms: int) -> Steps:
        """Returns the grid of steps that are over by now; raises a `BadInput` for an empty or too long span."""
        until = now_ms if self.until_ms is None else min(self.until_ms, now_ms)
        since = until - self.range.milliseconds if self.since_ms is None else self.since_ms
        if until <= since:
            raise SpanReversed
        if until - since > MAX_DAYS * _DAY_MS:
            raise SpanTooLong(MAX_DAYS)
        step = next(one for one in _STEPS_MS if (until - since) <= one * MAX_POINTS)
        first = since // step * step
        last = until // step * step if self.until_ms is None or self.until_ms > now_ms else -(-until // step) * step
        return Steps(first, step, max(1, (last - first) // step))


def coarser(steps: Steps, at_least_ms: int, most_points: int) -> Steps:
    """Returns the same span in steps of at least `at_least_ms`, and at most `most_points` of them."""
    if steps.step_ms >= at_least_ms and steps.number <= most_points:
        return steps
    for step in _STEPS_MS:
        first = steps.since_ms // step * step
        count = max(1, (steps.until_ms - first) // step)
        if step >= max(at_least_ms, steps.step_ms) and count <= max(1, most_points):
            return Steps(first, step, count)
    return Steps(steps.since_ms, steps.until_ms - steps.since_ms, 1)
