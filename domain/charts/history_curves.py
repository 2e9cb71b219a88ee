"""Converts a history to a smoothed curve on the chosen axis."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.charts.axes import CLOCKS, Axis, Counter, XAxis, counts, x_column
from domain.charts.axis_checks import is_far, is_stepless
from domain.charts.curves import Column, Curve, curve, path
from domain.charts.smoothing import smooth
from domain.moments import plausible
from domain.tracking.history import ANY_TIME, History
from domain.tracking.outcomes import are_shares, divergence, tail_start


class CurveRequest(NamedTuple):
    """A history to smooth by `weight` and draw over `axis`; the metric `counting` with its history `counted` counts it.

    `origin` is the run's start, `latest` the last plausible moment of its points, both in Unix ms. `scale` is the
    logged value of a rate of 1, None if it is no rate; `factor` multiplies the values.
    """

    history: History
    axis: XAxis
    weight: float
    counting: Counter | None
    counted: History | None
    origin: int | None
    latest: int = ANY_TIME
    scale: float | None = None
    factor: float = 1.0


# How figures get their curves: computed by `history_curve`, or from a cache of its results.
CurveSource = Callable[[CurveRequest], Curve | None]


def history_curve(request: CurveRequest) -> Curve | None:
    """Returns the curve, smoothed over all points; None where the history cannot be drawn over this axis.

    A rate is drawn as a share of 1. If any point is outside of 0 to 1, its unit is another, and it is drawn as logged.
    """
    history = request.history.times(request.factor)
    values, as_logged = _in_its_unit(history.value, request.scale)
    line = _drawn(request, smooth(values, request.weight))
    if line is None:
        return None
    return line.model_copy(update={"as_logged": as_logged, **_without_numbers(history)})


def _drawn(request: CurveRequest, y: NDArray[np.float64]) -> Curve | None:
    """Returns the curve of the values [n] over the axis."""
    if request.axis in CLOCKS and len(request.history):
        return _over_time(request, y)
    x = x_column(request.history, request.axis, counts=_by_step(request))
    if x is None:
        return None
    return curve(x, y) if isinstance(request.axis, Axis) else path(x, y)


def x_of_points(request: CurveRequest) -> Column | None:
    """Returns the x of every logged point [n], NaN for points that are not on the axis; None where no point is."""
    if request.axis not in CLOCKS or not len(request.history):
        return x_column(request.history, request.axis, counts=_by_step(request))
    kept = plausible(request.history.timestamp, request.latest)
    if not kept.any():
        return None
    x = x_column(request.history, request.axis, origin=_origin(request, request.history.rows(kept)))
    return None if x is None else np.where(kept, x, np.nan)


def _origin(request: CurveRequest, history: History) -> int:
    first = int(history.timestamp.min())
    return first if request.origin is None else min(request.origin, first)


def _over_time(request: CurveRequest, y: NDArray[np.float64]) -> Curve | None:
    """Returns the curve over time of the points whose time is plausible.

    If metrics are older than the run's start, relative time begins at the first of them.
    """
    history, kept = request.history, plausible(request.history.timestamp, request.latest)
    if not kept.any():
        return None
    if not kept.all():
        history, y = history.rows(kept), y[kept]
    x = x_column(history, request.axis, origin=_origin(request, history))
    return None if x is None else curve(x, y)


def _by_step(request: CurveRequest) -> History | None:
    """Returns the counts by step; None where there are none, or where the steps are unusable as counts."""
    counting, counted = request.counting, request.counted
    if counting is not None and counting.is_own:
        counted = request.history
    if counting is None or counted is None or is_stepless(counted):
        return None
    return None if counting.by_step and is_far(counted) else counts(counting, counted)


def _without_numbers(history: History) -> dict[str, object]:
    """Returns where the history diverged, and how many earlier points have no finite value."""
    tail = tail_start(history.value)
    return {"diverged": divergence(history), "gaps": int(tail - np.isfinite(history.value).sum())}


def _in_its_unit(values: NDArray[np.float64], scale: float | None) -> tuple[NDArray[np.float64], bool]:
    """Returns the values to draw, and whether they are a rate that can only be drawn as logged."""
    if scale is None:
        return values, False
    return (_shares(values, scale), False) if are_shares(values, scale) else (values, True)


def _shares(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Returns shares of 1, with rounding errors outside of 0 to 1 removed; non-finite values are kept."""
    shares = values if scale == 1 else values / scale
    noisy = np.isfinite(shares) & ((shares < 0) | (shares > 1))
    return np.where(noisy, np.clip(shares, 0, 1), shares) if noisy.any() else shares
