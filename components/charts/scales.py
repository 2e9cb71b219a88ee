"""How an axis is scaled for the eye: the reader's zone, a unit that fits, steps as browsers can tell them apart."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from domain.charts.axes import Axis, TimeUnit, time_unit
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import Curve
from domain.charts.hindrances import FARTHEST_EXACT

# Of steps that all begin with the same digits the axis would write only those.
_LONG: Final = 10**9
_SAME_DIGITS: Final = 1_000


class Scale(NamedTuple):
    """How an axis's own unit becomes the displayed one: (x - base) / divisor - shift.

    `base` is the first step where steps are too large to be drawn as they are, and else None.
    """

    divisor: float
    shift: float
    unit: TimeUnit | None
    base: int | None = None

    def shown(self, curve: Curve) -> Curve:
        """The curve in displayed units."""
        if self.base and curve.x.dtype.kind == "i":
            # Whole numbers as long as they are: a float would be off by hundreds.
            return curve.model_copy(update={"x": curve.x - np.int64(self.base)})
        if self.divisor == 1 and not self.shift:
            return curve
        return curve.model_copy(update={"x": curve.x / self.divisor - self.shift})


def scale_of(curves: Sequence[Curve], options: ChartOptions) -> Scale:
    """The scale of the x axis that charts of `curves` share, so that a zoom of one means the same in all."""
    if options.axis is Axis.WALL_TIME:
        return Scale(1, options.zone_minutes * 60_000, None)
    if options.axis is Axis.STEP:
        return Scale(1, 0, None, _base([curve for curve in curves if len(curve) and curve.x.dtype.kind == "i"]))
    if options.axis is not Axis.RELATIVE_TIME:
        return Scale(1, 0, None)
    longest = max((curve.x[-1] for curve in curves if len(curve)), default=0.0)
    unit = time_unit(float(longest))
    return Scale(unit.seconds, 0, unit)


def _base(curves: Sequence[Curve]) -> int | None:
    """The first step of all, where they are too large; 0 where they are too far apart for another to help."""
    if not curves:
        return None
    low, high = min(int(curve.x[0]) for curve in curves), max(int(curve.x[-1]) for curve in curves)
    begins_alike = abs(low) >= _LONG and (high - low) * _SAME_DIGITS < abs(low)
    if not begins_alike and max(-low, high) <= FARTHEST_EXACT:
        return None
    return low if high - low < 2**62 else 0
