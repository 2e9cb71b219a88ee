"""A line of a chart: all of its points, and those of a window that a chart draws."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from tsdownsample import MinMaxLTTBDownsampler

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.tracking.outcomes import Diverged

FEWEST_DRAWN: Final = 16
# Steps are whole numbers and stay that: a copy of them as floats would cost more than to draw them.
Column = NDArray[np.float64] | NDArray[np.int64]


class Curve(BaseModel):
    """All points of a line: `x` [n] rising, repeats allowed, `y` [n], both finite; `left_out` counts the others.

    `diverged` says that what it shows ended in what is no finite number, so that the line ends before it; `gaps` counts
    such points with finite ones after them. A rate is `as_logged` where it is outside of 0 to 1.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    x: Column
    y: NDArray[np.float64]
    left_out: int = 0
    diverged: Diverged | None = None
    gaps: int = 0
    as_logged: bool = False

    def __len__(self) -> int:
        return len(self.x)


class Drawn(BaseModel):
    """The points of a window that are drawn, `x` [k] and `y` [k]; `total` is how many the window has in full.

    Beside them may stand the nearest point on either side of the window, so that the line leaves the frame.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    x: Column
    y: NDArray[np.float64]
    total: int


class Window(BaseModel):
    """The part of the x axis that is seen, both ends included; None is "as far as there are points"."""

    model_config = ConfigDict(frozen=True)

    x_from: float | None = None
    x_to: float | None = None

    def rows(self, x: Column) -> tuple[int, int]:
        """The rows of a rising `x` [n] in this window: from the first, up to but without the second."""
        first = 0 if self.x_from is None else int(np.searchsorted(x, self.x_from, "left"))
        end = len(x) if self.x_to is None else int(np.searchsorted(x, self.x_to, "right"))
        return first, max(first, end)

    def rows_and_neighbours(self, x: Column) -> slice:
        """The same with one row more on either side, where there is one."""
        first, end = self.rows(x)
        return slice(max(0, first - 1), min(len(x), end + 1))


EVERYTHING: Final = Window()


def curve(x: Column, y: NDArray[np.float64]) -> Curve:
    """The line through the points [n] whose x and y are finite, from left to right.

    Points at the same x keep the order in which they were logged and are drawn as a vertical stroke that passes through
    all of them. Raises BadInput for columns of two lengths.
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


def visible(curve: Curve, most: int, window: Window = EVERYTHING) -> Drawn:
    """At most `most` points (16 or more) that look like the whole window; its lowest and highest are among them."""
    first, end = window.rows(curve.x)
    rows = visible_rows(curve.x, curve.y, most, window)
    return Drawn(x=curve.x[rows], y=curve.y[rows], total=end - first)


def visible_rows(x: Column, y: NDArray[np.float64], most: int, window: Window = EVERYTHING) -> NDArray[np.int64]:
    """The rows of a line, `x` [n] rising and `y` [n], that `visible` keeps."""
    first, end = window.rows(x)
    around = [row for row in (first - 1, end) if 0 <= row < len(x)]
    return np.union1d(first + representative(y[first:end], most - 2), np.array(around, np.int64))


def representative(y: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """At most `most` rows of `y` [n], rising, that look like all: MinMaxLTTB, and always the lowest and highest."""
    if len(y) <= most:
        return np.arange(len(y))
    if most < FEWEST_DRAWN - 2:
        raise InvalidArgument(Text(f"A line is drawn with {FEWEST_DRAWN} points or more."))
    # By row, not by x: steps may repeat. The last stage keeps one point of each bucket, so that an extreme can lose
    # its place to another one nearby; hence both are added.
    chosen = MinMaxLTTBDownsampler().downsample(np.ascontiguousarray(y), n_out=most - 2).astype(np.int64)
    return np.union1d(chosen, np.array([np.argmin(y), np.argmax(y)]))
