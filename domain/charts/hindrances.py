"""What keeps a history from an axis: steps that are missing or beyond all others, times that no clock can have told."""

from typing import Final

import numpy as np

from domain.charts.axes import Axis
from domain.moments import believable
from domain.tracking.history import History

# Up to here a browser's numbers tell one step from the next.
FARTHEST_EXACT: Final = 2**53
# Machines correct their clocks by some seconds now and then.
_CORRECTION_MS: Final = 60_000


def is_stepless(history: History) -> bool:
    """Returns whether every one of its points, two or more, is at one step: whoever gives none gets 0."""
    return len(history) > 1 and bool(history.step[0] == history.step[-1])


def is_far(history: History) -> bool:
    """Returns whether its steps go beyond what a browser can tell apart, as nanoseconds do."""
    return len(history) > 0 and max(-int(history.step[0]), int(history.step[-1])) > FARTHEST_EXACT


def odd_times(history: History, latest: int) -> int:
    """Returns how many of its points have a time that cannot be, where `latest` is the last that can, in Unix ms."""
    return len(history) - int(believable(history.timestamp, latest).sum())


def has_times(history: History, latest: int) -> bool:
    """Returns whether a clock spreads its points: two or more of their moments differ and can be."""
    moments = history.timestamp[believable(history.timestamp, latest)]
    return len(moments) > 1 and bool(moments.min() != moments.max())


def goes_back_ms(history: History, latest: int) -> int:
    """Returns by how much the clock goes back from one step to a later one, in ms; 0 for no more than a correction."""
    moments = history.timestamp[believable(history.timestamp, latest)]
    if len(moments) < 2:
        return 0
    back = int(np.max(np.maximum.accumulate(moments) - moments))
    return back if back > _CORRECTION_MS and not is_stepless(history) else 0


def axis_for(history: History | None, latest: int) -> Axis:
    """Returns the axis that one history is drawn over where the reader chose none: time, where steps are missing."""
    by_time = history is not None and is_stepless(history) and has_times(history, latest)
    return Axis.RELATIVE_TIME if by_time else Axis.STEP
