"""The displayed names of chart subjects: a word in the reader's language, a key as it was logged."""

from collections.abc import Sequence
from typing import Final

from components.charts.names import MAX_WIDE, plotly_text
from components.texts import words
from components.texts.language import _
from domain.charts.axes import Axis, XAxis, axis_key
from domain.charts.chart_spec import ChartSpec, Subject
from domain.tools.profile import StepMeaning

# The more names on one chart, the shorter each, but never too short to tell them apart.
_MIN_WIDE: Final = 14


def subject_name(subject: Subject) -> str:
    """Returns a metric's name, as plain text."""
    return subject.key if subject.word is None else words.metric_name(subject.word)


def names(subjects: Sequence[Subject]) -> str:
    """Returns the names of all, as plain text."""
    return ", ".join(map(subject_name, subjects))


def axis_name(axis: XAxis) -> str:
    """Returns the name of an x axis in Plotly's markup."""
    if (key := axis_key(axis)) is not None:
        return plotly_text(key, _MIN_WIDE * 2)
    return {
        Axis.STEP: _("Step"),
        Axis.EPISODES: _("Episodes"),
        Axis.ENV_STEPS: _("Environment steps"),
        Axis.WALL_TIME: _("Time"),
        Axis.RELATIVE_TIME: _("Time since the start"),
    }[Axis(axis)]


def step_name(counts: StepMeaning | None) -> str:
    """Returns the name of the step axis, with what a step `counts` if that is known."""
    if counts is None:
        return axis_name(Axis.STEP)
    counted = {
        "env_steps": _("environment steps"),
        "episodes": _("episodes"),
        "iterations": _("iterations"),
        "updates": _("updates of the model"),
        "vector_steps": _("of all environments at once"),
        "eval_episodes": _("episodes of the evaluation"),
        "seconds": _("seconds"),
    }[counts]
    return _("Step (%(counted)s)", counted=counted)


def chart_title(spec: ChartSpec) -> str:
    """Returns the names of a chart's subjects in Plotly's markup, as many as fit."""
    shown = spec.of[: MAX_WIDE // _MIN_WIDE]
    wide = max(_MIN_WIDE, MAX_WIDE // len(shown))
    names = ", ".join(plotly_text(subject_name(subject), wide) for subject in shown)
    return names if len(shown) == len(spec.of) else f"{names} {_('and %(n)s more', n=len(spec.of) - len(shown))}"


def axis_title(spec: ChartSpec, *, as_logged: bool) -> str:
    """Returns the name of a chart's y axis, with its unit.

    Empty if its subjects have different units, which the legend names.
    """
    titles = {_axis_of(subject, as_logged=as_logged) for subject in spec.of}
    return titles.pop() if len(titles) == 1 else ""


def _axis_of(subject: Subject, *, as_logged: bool) -> str:
    if subject.word is None:
        return plotly_text(subject.key)
    return words.metric_as_logged(subject.word) if as_logged else words.metric_axis(subject.word)
