"""The displayed scale of an x axis: the reader's time zone, a unit that fits, steps that browsers can tell apart."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from domain.charts.axes import Axis, TimeUnit, time_unit
from domain.charts.axis_checks import FARTHEST_EXACT
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import EVERYTHING, Curve, Window

# If all steps begin with the same digits, the axis would show little else.
_LONG: Final = 10**9
_SAME_DIGITS: Final = 1_000


class Scale(NamedTuple):
    """Converts the axis's own unit to the displayed one: (x - base) / divisor - shift.

    `base` is the first step if steps are too large to be drawn as they are, else None.
    """

    divisor: float
    shift: float
    unit: TimeUnit | None
    base: int | None = None

    def as_written(self) -> dict[str, float | int]:
        """Returns the inverse for the browser: the axis's own unit is (shown + shift) * divisor + base."""
        return {"divisor": self.divisor, "shift": self.shift, "base": self.base or 0}

    def window(self, own: Window) -> Window:
        """Returns a window in the axis's own unit as one in the displayed unit."""
        if own == EVERYTHING:
            return own
        low, high = (None if end is None else (end - (self.base or 0)) / self.divisor - self.shift for end in own.ends)
        return Window(x_from=low, x_to=high)

    def shown(self, curve: Curve) -> Curve:
        """Returns the curve in displayed units."""
        if self.base and curve.x.dtype.kind == "i":
            # Whole numbers as long as possible: a float would be off by hundreds.
            return curve.model_copy(update={"x": curve.x - np.int64(self.base)})
        if self.divisor == 1 and not self.shift:
            return curve
        return curve.model_copy(update={"x": curve.x / self.divisor - self.shift})


def scale_of(curves: Sequence[Curve], options: ChartOptions, longest: float = 0.0) -> Scale:
    """Returns the x scale that all charts of `curves` share, so that a zoom of one applies to all.

    `longest` is the duration of the longest run in seconds, if charts that are drawn one by one have to share the
    scale.
    """
    if options.axis is Axis.WALL_TIME:
        return Scale(1, options.zone_minutes * 60_000, None)
    if options.axis is Axis.STEP:
        return Scale(1, 0, None, _base([curve for curve in curves if len(curve) and curve.x.dtype.kind == "i"]))
    if options.axis is not Axis.RELATIVE_TIME:
        return Scale(1, 0, None)
    unit = time_unit(max((longest, *(float(curve.x[-1]) for curve in curves if len(curve)))))
    return Scale(unit.seconds, 0, unit)


def _base(curves: Sequence[Curve]) -> int | None:
    """Returns the lowest step as offset if steps are too large; 0 if they span more than an offset could help with.

    Else None.
    """
    if not curves:
        return None
    low, high = min(int(curve.x[0]) for curve in curves), max(int(curve.x[-1]) for curve in curves)
    begins_alike = abs(low) >= _LONG and (high - low) * _SAME_DIGITS < abs(low)
    if not begins_alike and max(-low, high) <= FARTHEST_EXACT:
        return None
    return low if high - low < 2**62 else 0
