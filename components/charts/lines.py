"""Histories of runs become the lines of a chart: on the chosen axis, smoothed, one by one or as groups of seeds."""

import threading
from collections.abc import Mapping, Sequence

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from components.charts.charts import MOST_WITH_RAW, Line
from components.colours import line_styles
from components.texts import words
from components.texts.language import _
from domain.charts.axes import Axis, Counter, counter, counts, x_column
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import Curve, curve
from domain.charts.smoothing import smooth
from domain.tracking.grouping import Group, default_grouping, group_runs
from domain.tracking.history import History
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, metric_key

Known = Mapping[tuple[str, str], History]
# A zoom asks again for curves that were smoothed a second ago: 150 of 100,000 points fit.
_CACHE_BYTES = 256 * 2**20
# A history is mapped from a file and keeps that open, however short it is: so many entries at most.
_MOST_KEPT = 400


def line_name(run: Run) -> str:
    """A run's name on a chart, with enough of its id to tell namesakes apart."""
    return f"{run.name or words.MISSING} · {run.run_id[:8]}"


def keys_to_draw(run: Run, wanted: Sequence[MetricWord], options: ChartOptions) -> list[str]:
    """The metric keys under which this run logged the wanted words, and the one that counts the axis."""
    keys = [key for word in wanted if (key := metric_key(word, run.metrics)) is not None]
    counting = counter(options.axis, run.metrics)
    return keys if counting is None or counting.key in keys else [*keys, counting.key]


def lines(word: MetricWord, runs: Sequence[Run], known: Known, options: ChartOptions) -> list[Line]:
    """The lines of `word`, one a run or one a group; `known` is by (run id, metric key)."""
    if options.grouped and (by := default_grouping(runs)) is not None:
        return _group_lines(word, runs, known, options, group_runs(runs, by))
    styles = line_styles([run.run_id for run in runs])
    with_raw = options.smoothing and len(runs) <= MOST_WITH_RAW
    drawn = []
    for run in runs:
        if (smoothed := _curve_of(word, run, known, options, options.smoothing)) is not None:
            raw = _curve_of(word, run, known, options, 0.0) if with_raw else None
            drawn.append(Line(line_name(run), [smoothed], [raw] if raw is not None else [], styles[run.run_id]))
    return drawn


def group_name(group: Group) -> str:
    """What a group of runs is called on screen."""
    return group.label or _("all runs")


def _group_lines(
    word: MetricWord, runs: Sequence[Run], known: Known, options: ChartOptions, groups: Sequence[Group]
) -> list[Line]:
    by_id = {run.run_id: run for run in runs}
    styles = line_styles([group_name(group) for group in groups])
    drawn = []
    for group in groups:
        found = [_curve_of(word, by_id[run_id], known, options, options.smoothing) for run_id in group.run_ids]
        if curves := [each for each in found if each is not None]:
            name = group_name(group)
            drawn.append(Line(f"{name} (n={len(curves)})", curves, [], styles[name]))
    return drawn


def _curve_of(word: MetricWord, run: Run, known: Known, options: ChartOptions, weight: float) -> Curve | None:
    key = metric_key(word, run.metrics)
    history = None if key is None else known.get((run.run_id, key))
    if history is None:
        return None
    counting = counter(options.axis, run.metrics)
    counted = None if counting is None else known.get((run.run_id, counting.key))
    origin = None if run.started_at is None else round(run.started_at.timestamp() * 1000)
    return _curve(history, options.axis, weight, counting, counted, origin)


def _key(
    history: History, axis: Axis, weight: float, counting: Counter | None, counted: History | None, origin: int | None
) -> tuple[object, ...]:
    """A history is the same one as long as the store hands out the same object; the cache keeps it alive."""
    return hashkey(id(history), axis, weight, counting, id(counted), origin)


def _size(kept: tuple[Curve | None, History, History | None]) -> int:
    """What the curve holds itself: the histories' own columns are mapped from files, and the system takes them back."""
    curve, history, _counted = kept
    columns = [] if curve is None else [curve.x, curve.y]
    owned = sum(column.nbytes for column in columns if column is not history.step and column is not history.value)
    return max(owned, _CACHE_BYTES // _MOST_KEPT)


def _curve(
    history: History, axis: Axis, weight: float, counting: Counter | None, counted: History | None, origin: int | None
) -> Curve | None:
    return _kept(history, axis, weight, counting, counted, origin)[0]


@cached(LRUCache(_CACHE_BYTES, getsizeof=_size), key=_key, lock=threading.Lock())
def _kept(
    history: History, axis: Axis, weight: float, counting: Counter | None, counted: History | None, origin: int | None
) -> tuple[Curve | None, History, History | None]:
    """The curve, and what it was made of: an id is only a key while its object lives."""
    by_step = None if counting is None or counted is None else counts(counting, counted)
    x = x_column(history, axis, counts=by_step, origin=origin)
    made = None if x is None else curve(x, smooth(history.value, weight))
    return made, history, counted
