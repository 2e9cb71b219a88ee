"""A history becomes a curve on the chosen axis, smoothed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.charts.axes import Axis, Counter, counts, x_column
from domain.charts.curves import Curve, curve
from domain.charts.smoothing import smooth
from domain.tracking.history import History
from domain.tracking.outcomes import are_shares, divergence, tail_start


class CurveRequest(NamedTuple):
    """A history, smoothed by `weight` and drawn over `axis`, which `counting` and its history `counted` may number.

    `origin` is when the run started, in ms since 1970. `scale` is what a rate of 1 is logged as, None for no rate.
    """

    history: History
    axis: Axis
    weight: float
    counting: Counter | None
    counted: History | None
    origin: int | None
    scale: float | None = None


# How figures get their curves: `history_curve` makes them, and a cache remembers those that it made.
CurveSource = Callable[[CurveRequest], Curve | None]


def history_curve(asked: CurveRequest) -> Curve | None:
    """The curve, smoothed in full; None where the history cannot be drawn over this axis.

    A rate is drawn as a share of 1; where any point lies outside of 0 to 1 its unit is another, and it is drawn as it
    was logged.
    """
    values, as_logged = _in_its_unit(asked.history.value, asked.scale)
    by_step = None if asked.counting is None or asked.counted is None else counts(asked.counting, asked.counted)
    x = x_column(asked.history, asked.axis, counts=by_step, origin=asked.origin)
    if x is None:
        return None
    line = curve(x, smooth(values, asked.weight))
    return line.model_copy(update={"as_logged": as_logged, **_without_numbers(asked.history)})


def _without_numbers(history: History) -> dict[str, object]:
    """Where the history diverged, and how many of its points before that have no finite value."""
    tail = tail_start(history.value)
    return {"diverged": divergence(history), "gaps": int(tail - np.isfinite(history.value).sum())}


def _in_its_unit(values: NDArray[np.float64], scale: float | None) -> tuple[NDArray[np.float64], bool]:
    """The values to draw, and whether they are those of a rate that can only be drawn as it was logged."""
    if scale is None:
        return values, False
    return (_shares(values, scale), False) if are_shares(values, scale) else (values, True)


def _shares(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Shares of 1 without the noise of their floats; what is not finite stays so."""
    shares = values if scale == 1 else values / scale
    noisy = np.isfinite(shares) & ((shares < 0) | (shares > 1))
    return np.where(noisy, np.clip(shares, 0, 1), shares) if noisy.any() else shares
