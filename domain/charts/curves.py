"""A line of a chart: all of its points, and the subset that is drawn of a window."""

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from tsdownsample import MinMaxLTTBDownsampler

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.tracking.outcomes import Diverged

MIN_DRAWN: Final = 16
# Integer steps stay integers: converting them to floats would cost more than drawing them.
Column = NDArray[np.float64] | NDArray[np.int64]


class Curve(BaseModel):
    """All points of a line, `x` [n] and `y` [n], both finite, `x` rising with repeats; `left_out` counts other points.

    `diverged` is set if the metric ended in non-finite values, so that the line ends before them; `gaps` counts
    non-finite points that finite ones follow. `as_logged` marks a rate with values outside of 0 to 1, drawn without
    scaling.

    With `is_path` the x axis is another metric that goes back and forth: x does not rise, and points are in the order
    of their steps. `without_x` counts points at whose step that metric was not logged.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    x: Column
    y: NDArray[np.float64]
    left_out: int = 0
    diverged: Diverged | None = None
    gaps: int = 0
    as_logged: bool = False
    is_path: bool = False
    without_x: int = 0

    def __len__(self) -> int:
        return len(self.x)


class VisiblePoints(BaseModel):
    """The points of a window that are drawn, `x` [k] and `y` [k]; `total` counts all points in the window.

    They may include the nearest point on either side of the window, so that the line leaves the frame. Where a path
    leaves the window and returns, a point with y = NaN interrupts the line.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    x: Column
    y: NDArray[np.float64]
    total: int


# Steps counted in nanoseconds need exact integers; all fit into 64 bits.
End = Annotated[int, Field(ge=-(2**63), lt=2**63)] | float


class Window(BaseModel):
    """The visible part of the x axis, both ends included; None means unbounded."""

    model_config = ConfigDict(frozen=True)

    x_from: End | None = None
    x_to: End | None = None

    @property
    def ends(self) -> tuple[End | None, End | None]:
        """Both ends of the window."""
        return self.x_from, self.x_to

    def rows(self, x: Column) -> tuple[int, int]:
        """Returns the range of rows of a rising `x` [n] in this window: first, and one past the last."""
        first = 0 if self.x_from is None else int(np.searchsorted(x, self.x_from, "left"))
        end = len(x) if self.x_to is None else int(np.searchsorted(x, self.x_to, "right"))
        return first, max(first, end)

    def rows_and_neighbours(self, x: Column) -> slice:
        """Returns these rows as a slice, with one more row on either side where there is one."""
        first, end = self.rows(x)
        return slice(max(0, first - 1), min(len(x), end + 1))

    def holds(self, x: Column) -> NDArray[np.bool_]:
        """Returns a mask of the `x` [n], in any order, that are in this window."""
        low = -np.inf if self.x_from is None else self.x_from
        high = np.inf if self.x_to is None else self.x_to
        inside: NDArray[np.bool_] = (x >= low) & (x <= high)
        return inside


EVERYTHING: Final = Window()


def curve(x: Column, y: NDArray[np.float64]) -> Curve:
    """Returns the line through the points [n] whose x and y are finite, from left to right.

    Points at the same x keep the order in which they were logged and are drawn as a vertical line. Raises BadInput if
    the columns differ in length.
    """
    if x.shape != y.shape:
        raise InvalidArgument(Text(f"A line needs as many x as y, not {len(x)} and {len(y)}."))
    finite = np.isfinite(y) if x.dtype.kind == "i" else np.isfinite(x) & np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    return Curve(x=x, y=y, left_out=int(len(finite) - finite.sum()))


def path(x: Column, y: NDArray[np.float64]) -> Curve:
    """Returns a curve like `curve`, but keeps the order of points where x goes back and forth.

    Where x only falls, the points are reversed.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    without_x = int((np.isfinite(y) & ~finite).sum())
    shown, turned = x[finite], bool((x[finite][1:] < x[finite][:-1]).any())
    if turned and (shown[1:] > shown[:-1]).any():
        whole = Curve(x=shown, y=y[finite], left_out=int(len(finite) - len(shown)), is_path=True)
    else:
        whole = curve(x[::-1], y[::-1]) if turned else curve(x, y)
    return whole.model_copy(update={"without_x": without_x})


def visible(curve: Curve, most: int, window: Window = EVERYTHING) -> VisiblePoints:
    """Returns at most `most` points (16 or more) that look like the whole window, with its lowest and highest point."""
    if curve.is_path:
        return _visible_path(curve, most, window)
    first, end = window.rows(curve.x)
    rows = visible_rows(curve.x, curve.y, most, window)
    return VisiblePoints(x=curve.x[rows], y=curve.y[rows], total=end - first)


def _visible_path(curve: Curve, most: int, window: Window) -> VisiblePoints:
    inside = window.holds(curve.x)
    seen = inside.copy()
    seen[1:] |= inside[:-1]
    seen[:-1] |= inside[1:]
    rows = np.flatnonzero(seen)
    chosen = rows[_turning(curve.x[rows], curve.y[rows], most if len(rows) == len(curve) else max(14, most // 2))]
    part = np.cumsum(~seen)  # rises wherever the path is outside the window
    breaks = np.flatnonzero(part[chosen][1:] != part[chosen][:-1]) + 1
    x, y = np.insert(curve.x[chosen], breaks, curve.x[chosen][breaks]), np.insert(curve.y[chosen], breaks, np.nan)
    return VisiblePoints(x=x, y=y, total=int(inside.sum()))


def _turning(x: Column, y: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Returns at most `most` rows that look like the whole path, with its lowest, highest, leftmost and rightmost
    point.
    """
    half = most // 2
    if len(y) <= most or half < MIN_DRAWN - 2:
        return representative(y, most)
    return np.union1d(representative(y, half), representative(x.astype(np.float64), half))


def visible_rows(x: Column, y: NDArray[np.float64], most: int, window: Window = EVERYTHING) -> NDArray[np.int64]:
    """Returns the rows of a line, `x` [n] rising and `y` [n], that `visible` keeps."""
    first, end = window.rows(x)
    around = [row for row in (first - 1, end) if 0 <= row < len(x)]
    return np.union1d(first + representative(y[first:end], most - 2), np.array(around, np.int64))


def representative(y: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Returns at most `most` row numbers of `y` [n], rising, that look like all of it.

    Chosen by MinMaxLTTB; the lowest and the highest value are always included.
    """
    if len(y) <= most:
        return np.arange(len(y))
    if most < MIN_DRAWN - 2:
        raise InvalidArgument(Text(f"A line is drawn with {MIN_DRAWN} points or more."))
    # Downsampled by row, not by x, as steps may repeat. The last stage keeps one point per bucket, so an extreme can
    # lose to a nearby one; hence both extremes are added.
    chosen = MinMaxLTTBDownsampler().downsample(np.ascontiguousarray(y), n_out=most - 2).astype(np.int64)
    return np.union1d(chosen, np.array([np.argmin(y), np.argmax(y)]))
