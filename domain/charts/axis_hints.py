"""Checks whether steps mean the same in all runs of a chart, and suggests an axis where they do not."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.tools.profile import StepMeaning
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

# Environment steps per step may differ this much between runs: a sampler delivers a few more or less.
_NOISE: Final = 0.1


class AxisHint(NamedTuple):
    """An axis that means the same in all runs, suggested because their steps do not, or because their tools differ."""

    axis: Axis
    because: Literal["steps", "tools"]


def axis_hint(runs: Sequence[Run], vocabulary: Vocabulary) -> AxisHint | None:
    """Returns the default axis for several runs whose steps may count different things.

    Stable-Baselines3 logs at environment steps, RLlib at iterations: on one axis of steps they cannot be compared. All
    runs have to count their environment steps, or their tool has to log at them. None where one run does not, or where
    the steps of all mean the same and come from one tool.
    """
    ratios = [_env_steps_of_a_step(run, vocabulary) for run in runs]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < max(2, len(runs)):
        return None
    if max(known) > min(known) * (1 + _NOISE):
        return AxisHint(Axis.ENV_STEPS, "steps")
    tools = {run.tool.profile.id if run.tool.profile else None for run in runs}
    return AxisHint(Axis.ENV_STEPS, "tools") if len(tools) > 1 else None


def hinted_axis(runs: Sequence[Run], vocabulary: Vocabulary) -> Axis | None:
    """Returns the axis of `axis_hint`."""
    hint = axis_hint(runs, vocabulary)
    return None if hint is None else hint.axis


def _env_steps_of_a_step(run: Run, vocabulary: Vocabulary) -> float | None:
    """Returns how many environment steps one step of this run is worth, by the newest count; None where it has no
    count.
    """
    key = run.metric_key("env_steps", vocabulary)
    if key is None:
        return 1.0 if vocabulary.of(run).step_of("") == "env_steps" else None
    newest = run.metrics[key]
    ratio = newest.value / newest.step if newest.step > 0 else 0.0
    return ratio if 0 < ratio < float("inf") else None


def shared_step(subjects: Sequence[Subject], runs: Sequence[Run], vocabulary: Vocabulary) -> StepMeaning | None:
    """Returns what a step counts in every drawn metric of `subjects`; None where that differs or is unknown."""
    drawn = [
        own.step_of(key)
        for run, own in ((run, vocabulary.of(run)) for run in runs)
        for subject in subjects
        if (key := subject.key_in(run.metrics, own)) is not None
    ]
    return drawn[0] if drawn and len(set(drawn)) == 1 else None


def with_default_axis(options: ChartOptions, runs: Sequence[Run], vocabulary: Vocabulary) -> ChartOptions:
    """Returns the options with a default axis: steps, or for several runs the axis that means the same in all."""
    hint = hinted_axis(runs, vocabulary) if len(runs) > 1 else None
    return options.model_copy(update={"axis": hint or Axis.STEP})
