"""Histories of runs become the lines of a chart: on the chosen axis, smoothed, one by one or as groups of seeds."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from components.charts.charts import MOST_WITH_RAW
from components.charts.names import shortened
from components.charts.traces import Line
from components.colours import line_styles
from components.texts import words
from components.texts.language import _
from components.texts.outcomes import out_of_range
from domain.charts.axes import Axis, counter
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import Curve
from domain.charts.hindrances import is_far, is_stepless
from domain.charts.history_curves import CurveRequest, CurveSource, history_curve
from domain.tracking.final_metrics import Choice, final_outcome
from domain.tracking.grouping import Group, grouping
from domain.tracking.history import ANY_TIME, History
from domain.tracking.outcomes import Diverged, Outcome, divergence, outcome_of_point
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, Vocabulary


class Known(NamedTuple):
    """The histories at hand, by (run id, metric key), and the vocabulary that says which of a run's keys is meant.

    `latest` is the last moment that can be told by now, in Unix ms. Those in `sampled` are an even sample so far.
    """

    histories: Mapping[tuple[str, str], History]
    vocabulary: Vocabulary
    latest: int = ANY_TIME
    sampled: Set[tuple[str, str]] = frozenset()

    def history(self, run: Run, word: MetricWord) -> History | None:
        """The run's history of `word`; None where it was not logged, or has not come yet."""
        key = self.vocabulary.metric_key(word, run.metrics)
        return None if key is None else self.histories.get((run.run_id, key))

    def episodes(self, run: Run) -> int | None:
        """As the run counts them, but for one that counts by the steps of a history which has only one."""
        counting = counter(Axis.EPISODES, run.metrics, self.vocabulary)
        counted = None if counting is None or not counting.by_step else self.histories.get((run.run_id, counting.key))
        return None if counted is not None and is_stepless(counted) else run.episodes(self.vocabulary)

    def end(self, run: Run, key: str) -> Diverged | None:
        """Where a metric of the run diverged, whether it has a word or not; None where it did not."""
        if (history := self._whole(run, key)) is not None:
            return divergence(history)
        return outcome_of_point(run.metrics[key].value, run.metrics[key].step, None).diverged

    def outcome(self, run: Run, word: MetricWord, choice: Choice = Choice.LAST) -> Outcome:
        """What `word` came to; until its history has come, only the newest point is known."""
        key = self.vocabulary.metric_key(word, run.metrics)
        if key is not None and (history := self._whole(run, key)) is not None:
            return final_outcome(history, word, choice, self.vocabulary.scale(key))
        newest = run.outcome(word, self.vocabulary)
        return newest if choice is Choice.LAST else newest._replace(value=None, out_of_range=None)

    def _whole(self, run: Run, key: str) -> History | None:
        """A history with all its points; None while it has none or is a sample."""
        history = None if (run.run_id, key) in self.sampled else self.histories.get((run.run_id, key))
        return history if history is not None and len(history) else None


def line_name(run: Run) -> str:
    """A run's name on a chart, with enough of its id to tell namesakes apart."""
    return f"{run.name or words.MISSING} · {run.run_id[:8]}"


def lines(
    word: MetricWord, runs: Sequence[Run], known: Known, options: ChartOptions, curve_of: CurveSource = history_curve
) -> list[Line]:
    """The lines of `word`, one a run or one a group, of the histories in `known`; `curve_of` makes the curves."""
    if (groups := grouping(runs, options, known.vocabulary)) is not None:
        return _group_lines(word, runs, known, options, groups, curve_of)
    styles = line_styles([run.run_id for run in runs])
    runs = _together(word, runs, known, options)
    with_raw = options.smoothing and len(runs) <= MOST_WITH_RAW
    drawn = []
    for run in runs:
        if (smoothed := _curve_of(word, run, known, options, options.smoothing, curve_of)) is not None:
            raw = _curve_of(word, run, known, options, 0.0, curve_of) if with_raw else None
            drawn.append(Line(line_name(run), [smoothed], [raw] if raw is not None else [], styles[run.run_id]))
    return _of_one_unit(drawn)


def group_name(group: Group) -> str:
    """What a group of runs is called on screen."""
    return group.label or _("all runs")


def _group_lines(
    word: MetricWord,
    runs: Sequence[Run],
    known: Known,
    options: ChartOptions,
    groups: Sequence[Group],
    curve_of: CurveSource,
) -> list[Line]:
    by_id = {run.run_id: run for run in _together(word, runs, known, options)}
    styles = line_styles([group_name(group) for group in groups])
    drawn = []
    for group in groups:
        found = [
            _curve_of(word, by_id[run_id], known, options, options.smoothing, curve_of)
            for run_id in group.run_ids
            if run_id in by_id
        ]
        if curves := [each for each in found if each is not None]:
            name = group_name(group)
            drawn.append(Line(name, curves, [], styles[name]))
    return [line._replace(name=f"{line.name} (n={len(line.curves)})") for line in _of_one_unit(drawn)]


def _of_one_unit(drawn: list[Line]) -> list[Line]:
    """The lines without curves in an unknown unit beside shares of 1: on one axis they would lie, and squash these."""
    units = {curve.as_logged for line in drawn for curve in line.curves if len(curve)}
    return drawn if len(units) < 2 else [_in_shares(line) for line in drawn]


def _in_shares(line: Line) -> Line:
    others = [curve for curve in line.curves if curve.as_logged and len(curve)]
    if not others:
        return line
    name, last = shortened(line.name), out_of_range(float(others[0].y[-1]))
    remark = _("not drawn: %(name)s (%(why)s)", name=name, why=last)
    if len(line.curves) > 1:
        remark = _("not drawn: %(n)s of %(name)s (%(why)s)", n=len(others), name=name, why=last)
    curves, raw = ([each for each in part if not each.as_logged] for part in (line.curves, line.raw))
    return line._replace(curves=curves, raw=raw, remark=remark)


def _together(word: MetricWord, runs: Sequence[Run], known: Known, options: ChartOptions) -> Sequence[Run]:
    """The runs that one axis has room for: beside steps of nanoseconds all others would be one point."""
    if options.axis is not Axis.STEP:
        return runs
    found = {run.run_id: history for run in runs if (history := known.history(run, word)) is not None and len(history)}
    far = {run_id for run_id, history in found.items() if is_far(history)}
    return runs if len(far) == len(found) else [run for run in runs if run.run_id not in far]


def _curve_of(
    word: MetricWord, run: Run, known: Known, options: ChartOptions, weight: float, curve_of: CurveSource
) -> Curve | None:
    key, history = known.vocabulary.metric_key(word, run.metrics), known.history(run, word)
    if key is None or history is None:
        return None
    counting = counter(options.axis, run.metrics, known.vocabulary)
    counted = None if counting is None else known.histories.get((run.run_id, counting.key))
    origin = None if run.started_at is None else round(run.started_at.timestamp() * 1000)
    scale = known.vocabulary.scale(key)
    curve = curve_of(CurveRequest(history, options.axis, weight, counting, counted, origin, known.latest, scale))
    if curve is None or curve.diverged is None or (run.run_id, key) not in known.sampled:
        return curve
    # It may have begun to diverge between two points of the sample.
    return curve.model_copy(update={"diverged": curve.diverged.model_copy(update={"is_first": False})})
