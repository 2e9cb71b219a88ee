"""Turns histories of runs into the lines of a chart: on the chosen axis, smoothed, one by one or as groups of seeds."""

from collections.abc import Sequence

from components.charts.charts import MAX_WITH_RAW
from components.charts.known import KnownHistories
from components.charts.names import shortened
from components.charts.subjects import subject_name
from components.charts.traces import Line
from components.colours import line_styles, overlay_style, run_styles
from components.texts import words
from components.texts.language import _
from components.texts.outcomes import out_of_range
from domain.charts.axes import Axis, counter
from domain.charts.axis_checks import is_far
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.charts.curves import Curve
from domain.charts.history_curves import CurveRequest, CurveSource, history_curve
from domain.tracking.grouping import Group, grouping
from domain.tracking.runs import Run


def line_name(run: Run) -> str:
    """Returns a run's name for a chart, with enough of its id to tell runs of the same name apart."""
    return f"{run.name or words.MISSING} · {run.run_id[:8]}"


def overlaid(
    subjects: Sequence[Subject],
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    curve_of: CurveSource = history_curve,
) -> list[Line]:
    """Returns the lines of all `subjects` on one chart.

    A run has the same colour throughout; dashes and the line's name distinguish the subjects.
    """
    if len(subjects) == 1:
        return lines(subjects[0], runs, known, options, curve_of)
    return [
        line._replace(
            name=f"{line.name} · {subject_name(subject)}", style=overlay_style(line.style, place), group=line.name
        )
        for place, subject in enumerate(subjects)
        for line in lines(subject, runs, known, options, curve_of)
    ]


def lines(
    subject: Subject,
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    curve_of: CurveSource = history_curve,
) -> list[Line]:
    """Returns the lines of `subject`, one per run or group, from the histories in `known`.

    `curve_of` makes the curves.
    """
    if (groups := grouping(runs, options, known.vocabulary)) is not None:
        return _group_lines(subject, runs, known, options, groups, curve_of)
    styles = run_styles(runs)
    runs = _together(subject, runs, known, options)
    with_raw = options.smoothing and len(runs) <= MAX_WITH_RAW
    drawn = []
    for run in runs:
        if (smoothed := curve_on(subject, run, known, options, options.smoothing, curve_of)) is not None:
            raw = curve_on(subject, run, known, options, 0.0, curve_of) if with_raw else None
            drawn.append(Line(line_name(run), [smoothed], [raw] if raw is not None else [], styles[run.run_id]))
    return _of_one_unit(drawn)


def group_name(group: Group) -> str:
    """Returns the displayed name of a group of runs."""
    return group.label or _("all runs")


def _group_lines(
    subject: Subject,
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    groups: Sequence[Group],
    curve_of: CurveSource,
) -> list[Line]:
    by_id = {run.run_id: run for run in _together(subject, runs, known, options)}
    alone = [by_id[run_id] for run_id in options.alone if run_id in by_id]
    styles = line_styles([*(group_name(group) for group in groups), *(run.run_id for run in alone)])
    drawn = []
    for group in groups:
        found = [
            curve_on(subject, by_id[run_id], known, options, options.smoothing, curve_of)
            for run_id in group.run_ids
            if run_id in by_id
        ]
        if curves := [each for each in found if each is not None]:
            name = group_name(group)
            drawn.append(Line(name, curves, [], styles[name]))
    for run in alone:
        if (curve := curve_on(subject, run, known, options, options.smoothing, curve_of)) is not None:
            drawn.append(Line(line_name(run), [curve], [], styles[run.run_id], is_alone=True))
    return [line if line.is_alone else _with_number(line) for line in _of_one_unit(drawn)]


def _with_number(line: Line) -> Line:
    return line._replace(name=f"{line.name} (n={len(line.curves)})")


def _of_one_unit(drawn: list[Line]) -> list[Line]:
    """Returns the lines without the curves whose unit is unknown, if others are shares from 0 to 1.

    On the same axis the unknown ones would squash the others.
    """
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


def _together(subject: Subject, runs: Sequence[Run], known: KnownHistories, options: ChartOptions) -> Sequence[Run]:
    """Returns the runs that fit on one axis: next to steps in nanoseconds all others would shrink to one point."""
    if options.axis is not Axis.STEP:
        return runs
    found = {
        run.run_id: history for run in runs if (history := known.history(run, subject)) is not None and len(history)
    }
    far = {run_id for run_id, history in found.items() if is_far(history)}
    return runs if len(far) == len(found) else [run for run in runs if run.run_id not in far]


def curve_on(
    subject: Subject, run: Run, known: KnownHistories, options: ChartOptions, weight: float, curve_of: CurveSource
) -> Curve | None:
    """Returns the curve of `subject` in `run` over the chosen axis, smoothed by `weight`.

    None if there is none, or none yet.
    """
    request = curve_request(subject, run, known, options, weight)
    curve = None if request is None else curve_of(request)
    key = subject.key_in(run.metrics, known.vocabulary.of(run))
    if curve is None or curve.diverged is None or (run.run_id, key) not in known.sampled:
        return curve
    # It may have begun to diverge between two points of the sample.
    return curve.model_copy(update={"diverged": curve.diverged.model_copy(update={"is_first": False})})


def curve_request(
    subject: Subject, run: Run, known: KnownHistories, options: ChartOptions, weight: float
) -> CurveRequest | None:
    """Returns the request for the curve of `subject` in `run`.

    None if its history was not logged or has not been fetched yet.
    """
    vocabulary = known.vocabulary.of(run)
    key, history = subject.key_in(run.metrics, vocabulary), known.history(run, subject)
    if key is None or history is None:
        return None
    counting = counter(options.axis, run.metrics, vocabulary, key)
    counted = None if counting is None else known.histories.get((run.run_id, counting.key))
    origin = None if run.started_at is None else round(run.started_at.timestamp() * 1000)
    scale, factor = subject.scale(key, vocabulary), subject.factor(key, vocabulary)
    return CurveRequest(history, options.axis, weight, counting, counted, origin, known.latest, scale, factor)
