"""Sentences about what a chart leaves out of some runs, or draws differently from how it was logged."""

from collections.abc import Mapping, Sequence

from components.charts.known import KnownHistories
from components.charts.lines import curve_on
from components.charts.scales import Scale
from components.charts.sentences.subtitle import name_list
from components.charts.subjects import axis_name
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.axes import CLOCKS, Axis
from domain.charts.axis_checks import backward_jump_ms, count_implausible_times, is_far, is_stepless
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.charts.curves import Curve
from domain.charts.history_curves import CurveSource, history_curve
from domain.tracking.history import History
from domain.tracking.runs import Run
from domain.tracking.tool_names import LossKind


def remarks(
    subject: Subject,
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    scale: Scale,
    curve_of: CurveSource = history_curve,
) -> list[str]:
    """Returns a sentence for each problem of the histories of `subject` on the chosen axis, with the names of the
    affected runs.

    For the loss, also which kind of loss the tools log.
    """
    sentences = _kinds_of_loss(runs, known) if subject.word == "loss" else []
    return sentences + _of_axis(subject, runs, known, options, scale, curve_of)


def _kinds_of_loss(runs: Sequence[Run], known: KnownHistories) -> list[str]:
    """Returns a sentence on which losses are shown, if any is not the total loss or the runs differ."""
    by_kind: dict[LossKind, list[str]] = {}
    for run in runs:
        key = run.metric_key("loss", known.vocabulary)
        kind = None if key is None else known.vocabulary.of(run).loss_kind(key)
        if kind is not None:
            by_kind.setdefault(kind, []).append(run.name)
    if set(by_kind) <= {"total"}:
        return []
    if len(by_kind) == 1:
        return [_("the loss here is the %(kind)s", kind=words.loss_kind(kind)) for kind in by_kind]
    kinds = "; ".join(f"{words.loss_kind(kind)} ({name_list(names)})" for kind, names in by_kind.items())
    return [_("several kinds of loss: %(kinds)s", kinds=kinds)]


def _of_axis(
    subject: Subject,
    runs: Sequence[Run],
    known: KnownHistories,
    options: ChartOptions,
    scale: Scale,
    curve_of: CurveSource,
) -> list[str]:
    histories = [
        (run, history) for run in runs if (history := known.history(run, subject)) is not None and len(history)
    ]
    if options.axis in CLOCKS:
        return _of_clocks(histories, known)
    if options.axis is Axis.STEP:
        return _of_steps(histories, scale)
    curves = {run.run_id: curve_on(subject, run, known, options, 0.0, curve_of) for run, _history in histories}
    return _of_counted(subject, [run for run, _history in histories], curves, known, options)


def stepless(subjects: Sequence[Subject], runs: Sequence[Run], known: KnownHistories) -> list[Run]:
    """Returns the runs that have a history with all of its points at one step."""
    found = ((run, known.history(run, subject)) for run in runs for subject in subjects)
    return list({run.run_id: run for run, history in found if history is not None and is_stepless(history)}.values())


def _of_clocks(histories: Sequence[tuple[Run, History]], known: KnownHistories) -> list[str]:
    sentences = []
    odd = {run.run_id: count_implausible_times(history, known.latest) for run, history in histories}
    if out := [run.name for run, history in histories if odd[run.run_id] == len(history)]:
        sentences.append(_("left out because their times are invalid: %(names)s", names=name_list(out)))
    if some := [run.name for run, history in histories if 0 < odd[run.run_id] < len(history)]:
        points = sum(odd[run.run_id] for run, history in histories if odd[run.run_id] < len(history))
        text = ngettext(
            "%(points)s point left out because its time is invalid: %(names)s",
            "%(points)s points left out because their times are invalid: %(names)s",
            points,
            points=words.count(points),
            names=name_list(some),
        )
        sentences.append(text)
    back = [(backward_jump_ms(history, known.latest), run.name) for run, history in histories]
    if turned := [name for milliseconds, name in back if milliseconds]:
        longest = words.duration(max(milliseconds for milliseconds, _name in back) / 1000)
        sentences.append(
            _(
                "times go back between steps by up to %(time)s: %(names)s",
                time=longest,
                names=name_list(turned),
            )
        )
    return sentences


def _of_counted(
    subject: Subject,
    runs: Sequence[Run],
    curves: Mapping[str, Curve | None],
    known: KnownHistories,
    options: ChartOptions,
) -> list[str]:
    """Returns sentences about an axis that is another metric.

    Points or runs without a value on it, and where it goes back and forth.
    """
    axis = axis_name(options.axis)
    logged = {run.run_id for run in runs if known.counter(options.axis, run, subject) is not None}
    without = [run.name for run in runs if run.run_id not in logged]
    on_axis = [(run, curve) for run in runs if (curve := curves[run.run_id]) is not None and run.run_id in logged]
    apart = [run.name for run, curve in on_axis if not len(curve) and curve.without_x]
    sentences = []
    if without and len(without) < len(runs):
        sentences.append(_("left out, without %(axis)s: %(names)s", axis=axis, names=name_list(without)))
    if apart:
        sentences.append(
            _("left out, never logged at the same steps as %(axis)s: %(names)s", axis=axis, names=name_list(apart))
        )
    if some := [(run, curve) for run, curve in on_axis if len(curve) and curve.without_x]:
        sentences.append(_points_without_x(axis, some))
    if paths := [run.name for run, curve in on_axis if curve.is_path]:
        sentences.append(
            _("%(axis)s goes back and forth, drawn in the order of steps: %(names)s", axis=axis, names=name_list(paths))
        )
        if options.grouped:
            sentences.append(_("single lines, no band, where the axis goes back and forth"))
    return sentences


def _points_without_x(axis: str, curves: Sequence[tuple[Run, Curve]]) -> str:
    points = sum(curve.without_x for _run, curve in curves)
    return ngettext(
        "%(points)s point left out because %(axis)s was not logged at its step: %(names)s",
        "%(points)s points left out because %(axis)s was not logged at their steps: %(names)s",
        points,
        points=words.count(points),
        axis=axis,
        names=name_list([run.name for run, _curve in curves]),
    )


def _of_steps(histories: Sequence[tuple[Run, History]], scale: Scale) -> list[str]:
    sentences = []
    if without := [run.name for run, history in histories if is_stepless(history)]:
        sentences.append(_("steps are missing, all points at one: %(names)s", names=name_list(without)))
    far = [run.name for run, history in histories if is_far(history)]
    if far and len(far) < len(histories):
        sentences.append(_("left out because their steps are beyond 2^53: %(names)s", names=name_list(far)))
    elif far and not scale.base:
        sentences.append(_("steps are beyond 2^53 and cannot be distinguished: %(names)s", names=name_list(far)))
    return sentences
