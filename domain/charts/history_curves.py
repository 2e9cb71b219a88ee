"""A history becomes a curve on the chosen axis, smoothed."""

from collections.abc import Callable
from typing import NamedTuple

from domain.charts.axes import Axis, Counter, counts, x_column
from domain.charts.curves import Curve, curve
from domain.charts.smoothing import smooth
from domain.tracking.history import History


class CurveRequest(NamedTuple):
    """A history, smoothed by `weight` and drawn over `axis`, which `counting` and its history `counted` may number.

    `origin` is when the run started, in ms since 1970.
    """

    history: History
    axis: Axis
    weight: float
    counting: Counter | None
    counted: History | None
    origin: int | None


# How figures get their curves: `history_curve` makes them, and a cache remembers those that it made.
CurveSource = Callable[[CurveRequest], Curve | None]


def history_curve(asked: CurveRequest) -> Curve | None:
    """The curve, smoothed in full; None where the history cannot be drawn over this axis."""
    by_step = None if asked.counting is None or asked.counted is None else counts(asked.counting, asked.counted)
    x = x_column(asked.history, asked.axis, counts=by_step, origin=asked.origin)
    return None if x is None else curve(x, smooth(asked.history.value, asked.weight))
