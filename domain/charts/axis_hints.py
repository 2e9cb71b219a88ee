"""Whether steps mean the same in all runs of a chart, and what counts them alike where they do not."""

from collections.abc import Sequence
from typing import Final

from domain.charts.axes import Axis
from domain.charts.chart_options import ChartOptions
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

# By so much the environment steps of one step may differ from run to run: a sampler hands in a few more or less.
_NOISE: Final = 0.1


def hinted_axis(runs: Sequence[Run], vocabulary: Vocabulary) -> Axis | None:
    """The axis to draw several runs over where nobody chose one and their steps count different things.

    Stable-Baselines3 logs at environment steps, RLlib at iterations: on one axis of steps they cannot be compared. All
    runs have to count their environment steps by themselves; None where one does not, or all of them mean the same.
    """
    ratios = [_env_steps_of_a_step(run, vocabulary) for run in runs]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < max(2, len(runs)):
        return None
    return Axis.ENV_STEPS if max(known) > min(known) * (1 + _NOISE) else None


def _env_steps_of_a_step(run: Run, vocabulary: Vocabulary) -> float | None:
    """How many environment steps a step of this run stands for, by the newest count; None where it has no count."""
    key = vocabulary.metric_key("env_steps", run.metrics)
    if key is None:
        return None
    newest = run.metrics[key]
    ratio = newest.value / newest.step if newest.step > 0 else 0.0
    return ratio if 0 < ratio < float("inf") else None


def over_what_is_alike(options: ChartOptions, runs: Sequence[Run], vocabulary: Vocabulary) -> ChartOptions:
    """The options where nobody chose an axis: steps, or for several runs what counts them alike."""
    hint = hinted_axis(runs, vocabulary) if len(runs) > 1 else None
    return options.model_copy(update={"axis": hint or Axis.STEP})
