"""A history becomes a curve on the chosen axis, smoothed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.charts.axes import CLOCKS, Axis, Counter, counts, x_column
from domain.charts.curves import Curve, curve
from domain.charts.hindrances import is_far, is_stepless
from domain.charts.smoothing import smooth
from domain.moments import believable
from domain.tracking.history import ANY_TIME, History


class CurveRequest(NamedTuple):
    """A history, smoothed by `weight` and drawn over `axis`, which `counting` and its history `counted` may number.

    `origin` is when the run started, `latest` the last moment that its points can have, both in ms since 1970.
    """

    history: History
    axis: Axis
    weight: float
    counting: Counter | None
    counted: History | None
    origin: int | None
    latest: int = ANY_TIME


# How figures get their curves: `history_curve` makes them, and a cache remembers those that it made.
CurveSource = Callable[[CurveRequest], Curve | None]


def history_curve(asked: CurveRequest) -> Curve | None:
    """The curve, smoothed in full; None where the history cannot be drawn over this axis."""
    history, y = asked.history, smooth(asked.history.value, asked.weight)
    if asked.axis in CLOCKS and len(history):
        return _over_time(asked, y)
    x = x_column(history, asked.axis, counts=_by_step(asked))
    return None if x is None else curve(x, y)


def _over_time(asked: CurveRequest, y: NDArray[np.float64]) -> Curve | None:
    """Of the points whose time can be; whose metrics are older than its start counts from the first of them."""
    history, kept = asked.history, believable(asked.history.timestamp, asked.latest)
    if not kept.any():
        return None
    if not kept.all():
        history, y = history.rows(kept), y[kept]
    first = int(history.timestamp.min())
    origin = first if asked.origin is None else min(asked.origin, first)
    x = x_column(history, asked.axis, origin=origin)
    return None if x is None else curve(x, y)


def _by_step(asked: CurveRequest) -> History | None:
    """The counts by step; None where there are none, or where steps that tell nothing would be taken for them."""
    counting, counted = asked.counting, asked.counted
    if counting is None or counted is None or is_stepless(counted):
        return None
    return None if counting.by_step and is_far(counted) else counts(counting, counted)
