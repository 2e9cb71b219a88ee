"""Treats runs as seeds: one line for a group of runs, with a band of uncertainty."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.charts.curves import EVERYTHING, MIN_DRAWN, Curve, VisiblePoints, Window, visible, visible_rows
from domain.charts.wide_scale import FARTHEST
from domain.statistics import MIN_RUNS, cut, percentiles, rank_weights

RESAMPLES: Final = 2000  # the error of either end is then 6 % of the resamples' standard deviation
# More x than this, as on a time axis where no two runs share one, are thinned evenly before averaging.
MAX_ON_GRID: Final = 200_000
_LARGEST: Final = float(np.finfo(np.float64).max)

Floats = NDArray[np.float64]


class Centre(StrEnum):
    """The statistic drawn as the line of a group."""

    MEAN = "mean"
    IQM = "iqm"


class Band(StrEnum):
    """The shaded band: a 95 % bootstrap interval, the range of runs, or one standard deviation (n - 1) either way."""

    BOOTSTRAP = "bootstrap"
    MIN_MAX = "min_max"
    DEVIATION = "deviation"


class SeedCurve(BaseModel):
    """A group's line and band; all columns are [k].

    `n` is how many runs reach each x. Where fewer than three do, `low` and `high` are NaN; where none does, `centre` is
    too. With `is_too_few` the group has fewer than three runs: the columns are empty, and `singles` holds the runs' own
    lines. `total` counts all x in the window.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    x: Floats
    centre: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]
    runs: int
    total: int
    singles: tuple[VisiblePoints, ...] = ()

    @property
    def is_too_few(self) -> bool:
        """Whether the group has too few runs for a line and a band."""
        return self.runs < MIN_RUNS


def seed_curve(
    curves: Sequence[Curve],
    most: int,
    *,
    centre: Centre = Centre.MEAN,
    band: Band = Band.BOOTSTRAP,
    window: Window = EVERYTHING,
    seed: int = 0,
) -> SeedCurve:
    """Returns the line and band of `curves`, one per run, at up to `most` x (16 or more), from the full data.

    Each run is interpolated linearly between its own points, never before its first or after its last. The result at an
    x does not depend on the window, and the same `seed` gives the same band.
    """
    given = [curve for curve in curves if len(curve)]
    if len(given) < MIN_RUNS:
        return _singles(given, most, window)
    room = _room(given)
    runs = [_without_repeats(_scaled(curve, room)) for curve in given]
    x = _common_x(runs, window)
    values = np.sort(np.stack([_at(run, x) for run in runs]), axis=0)  # NaN, "no value", sorts last
    n = np.isfinite(values).sum(axis=0)
    line = _by_count(values, n, lambda block: _centres(block, centre), 1)[0]
    shown = _shown(x, line, most, window)
    low, high = _by_count(values[:, shown], n[shown], lambda block: _limits(block, centre, band, seed), 2, MIN_RUNS)
    first, end = window.rows(x)
    return SeedCurve(
        x=x[shown],
        centre=line[shown] / room,
        low=np.clip(low, -_LARGEST * room, _LARGEST * room) / room,
        high=np.clip(high, -_LARGEST * room, _LARGEST * room) / room,
        n=n[shown],
        runs=len(runs),
        total=int((n[first:end] > 0).sum()),
    )


def _singles(curves: Sequence[Curve], most: int, window: Window) -> SeedCurve:
    none = np.empty(0)
    singles = tuple(visible(curve, most, window) for curve in curves)
    return SeedCurve(
        x=none,
        centre=none,
        low=none,
        high=none,
        n=np.empty(0, np.int64),
        runs=len(curves),
        total=sum(single.total for single in singles),
        singles=singles,
    )


def _room(curves: Sequence[Curve]) -> float:
    """Returns a factor that keeps sums of values finite; a power of two, which changes no digit."""
    return 2.0**-64 if any(max(curve.y.max(), -curve.y.min()) > FARTHEST for curve in curves) else 1.0


def _scaled(curve: Curve, by: float) -> Curve:
    return curve if by == 1 else curve.model_copy(update={"y": curve.y * by})


def _without_repeats(curve: Curve) -> Curve:
    """Returns the curve with one point for each x, the mean of its values, since interpolation needs rising x."""
    first = np.append(True, curve.x[1:] != curve.x[:-1])
    if first.all():
        return curve
    starts = np.flatnonzero(first)
    repeats = np.diff(np.append(starts, len(curve)))
    return Curve(x=curve.x[starts], y=np.add.reduceat(curve.y / np.repeat(repeats, repeats), starts))


def _common_x(runs: Sequence[Curve], window: Window) -> Floats:
    """Returns every x of every run in the window, its neighbours on either side, and one x inside of each hole."""
    parts = [run.x[window.rows_and_neighbours(run.x)].astype(np.float64) for run in runs] + [_holes(runs)]
    given = [part for part in parts if len(part)]
    # Runs with the same steps are the common case, and comparing is cheaper than sorting.
    is_shared = all(np.array_equal(part, given[0]) for part in given)
    x: Floats = given[0] if is_shared else np.unique(np.concatenate(given))
    x = x[window.rows_and_neighbours(x)]
    return x if len(x) <= MAX_ON_GRID else x[np.linspace(0, len(x) - 1, MAX_ON_GRID).round().astype(np.int64)]


def _holes(runs: Sequence[Curve]) -> Floats:
    """Returns the middle x of every gap between runs that no run covers, so that no line crosses it."""
    starts, ends = np.array(sorted((run.x[0], run.x[-1]) for run in runs)).T
    reached = np.maximum.accumulate(ends)[:-1]
    before = starts[1:] > reached
    middles: Floats = (reached[before] + starts[1:][before]) / 2
    return middles


def _at(run: Curve, x: Floats) -> Floats:
    """Returns the run's value at each x, NaN before its first point and after its last."""
    return np.interp(x, run.x, run.y, left=np.nan, right=np.nan)


def _by_count(
    values: Floats, n: NDArray[np.int64], of: Callable[[Floats], Floats], results: int, fewest: int = 1
) -> Floats:
    """Applies `of` to all columns with equally many values at a time; NaN [results, k] where there are fewer than
    `fewest`.
    """
    out = np.full((results, values.shape[1]), np.nan)
    for count in np.unique(n[n >= fewest]):
        out[:, n == count] = of(values[:count, n == count])
    return out


def _centres(block: Floats, centre: Centre) -> Floats:
    """Returns the centre of each column of sorted values [n, k]."""
    trimmed = _trimmed(len(block), centre)
    return np.asarray(block[trimmed : len(block) - trimmed].mean(axis=0))


def _limits(block: Floats, centre: Centre, band: Band, seed: int) -> Floats:
    """Returns the band's lower and upper end [2, k] for each column of sorted values [n, k]."""
    match band:
        case Band.MIN_MAX:
            return block[[0, -1]]
        case Band.DEVIATION:
            middle, deviation = _centres(block, centre), block.std(axis=0, ddof=1)
            return np.stack([middle - deviation, middle + deviation])
        case Band.BOOTSTRAP:
            weights = rank_weights(len(block), _trimmed(len(block), centre), RESAMPLES, seed)
            return np.stack(percentiles(block.T @ weights.T))


def _trimmed(n: int, centre: Centre) -> int:
    return cut(n) if centre is Centre.IQM else 0


def _shown(x: Floats, line: Floats, most: int, window: Window) -> NDArray[np.int64]:
    """Returns the rows of `line` to draw: a subset that looks like the whole window, and every hole."""
    there = np.isfinite(line)
    holes = np.flatnonzero(~there)
    rows = visible_rows(x[there], line[there], max(MIN_DRAWN, most - len(holes)), window)
    return np.union1d(np.flatnonzero(there)[rows], holes)
