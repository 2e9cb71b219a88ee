"""Checks whether a history can be drawn on an axis: missing or far too large steps, implausible times."""

from typing import Final

import numpy as np

from domain.charts.axes import Axis
from domain.moments import plausible
from domain.tracking.history import History

# The largest integer up to which a browser's numbers are exact.
FARTHEST_EXACT: Final = 2**53
# Machines correct their clocks by some seconds now and then.
_CORRECTION_MS: Final = 60_000


def is_stepless(history: History) -> bool:
    """Returns whether all of its two or more points are at the same step: a tool that passes no step logs 0."""
    return len(history) > 1 and bool(history.step[0] == history.step[-1])


def is_far(history: History) -> bool:
    """Returns whether steps exceed what a browser's numbers hold exactly, as nanoseconds do."""
    return len(history) > 0 and max(-int(history.step[0]), int(history.step[-1])) > FARTHEST_EXACT


def count_implausible_times(history: History, latest: int) -> int:
    """Returns how many points have an implausible time, where `latest` is the last plausible one, in Unix ms."""
    return len(history) - int(plausible(history.timestamp, latest).sum())


def has_times(history: History, latest: int) -> bool:
    """Returns whether the points can be drawn over time: at least two plausible, different moments."""
    moments = history.timestamp[plausible(history.timestamp, latest)]
    return len(moments) > 1 and bool(moments.min() != moments.max())


def backward_jump_ms(history: History, latest: int) -> int:
    """Returns the longest jump back of the clock between rising steps, in ms; 0 if it is only a clock correction."""
    moments = history.timestamp[plausible(history.timestamp, latest)]
    if len(moments) < 2:
        return 0
    back = int(np.max(np.maximum.accumulate(moments) - moments))
    return back if back > _CORRECTION_MS and not is_stepless(history) else 0


def axis_for(history: History | None, latest: int) -> Axis:
    """Returns the default axis of a single history: time if steps are missing, else steps."""
    by_time = history is not None and is_stepless(history) and has_times(history, latest)
    return Axis.RELATIVE_TIME if by_time else Axis.STEP
