"""What a chart can have on its x axis, and the x of every point of a history."""

from collections.abc import Container
from enum import StrEnum
from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, StringConstraints

from domain.charts.curves import Column
from domain.tools.profile import StepMeaning
from domain.tracking.history import History
from domain.tracking.vocabulary import MetricWord, Vocabulary


class Axis(StrEnum):
    """The x axes that are named: MLflow's step, two counts of the run's own, and two clocks."""

    STEP = "step"
    EPISODES = "episodes"
    ENV_STEPS = "env_steps"
    WALL_TIME = "wall_time"
    RELATIVE_TIME = "relative_time"


METRIC_SIGN: Final = "metric:"
MetricAxis = Annotated[str, StringConstraints(pattern=r"(?s)^metric:.+", max_length=500)]
"""Any other metric of the run: `metric:` and its key as logged."""
XAxis = Axis | MetricAxis

CLOCKS: Final = (Axis.WALL_TIME, Axis.RELATIVE_TIME)
_COUNTED: Final[dict[Axis, MetricWord]] = {Axis.EPISODES: "episodes", Axis.ENV_STEPS: "env_steps"}
_STEPS: Final[dict[MetricWord, StepMeaning]] = {"episodes": "episodes", "env_steps": "env_steps"}


class Counter(BaseModel):
    """The metric that counts an axis in one run: by its values, or by its steps if it is logged once a count.

    With `is_own` it is the metric that is drawn: its own steps are the count, and no other history is needed.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    by_step: bool
    is_own: bool = False


class TimeUnit(NamedTuple):
    """A unit for a time axis, and how many seconds it has."""

    name: Literal["s", "min", "h", "d"]
    seconds: int


_UNITS: Final = (TimeUnit("d", 86_400), TimeUnit("h", 3_600), TimeUnit("min", 60))


def metric_axis(key: str) -> str:
    """Returns the axis that is the metric `key`."""
    return METRIC_SIGN + key


def axis_key(axis: XAxis) -> str | None:
    """Returns the metric that an axis is; None for those that are named."""
    return None if isinstance(axis, Axis) else axis.removeprefix(METRIC_SIGN)


def counter(axis: XAxis, logged: Container[str], vocabulary: Vocabulary, drawn: str = "") -> Counter | None:
    """Returns which of the metrics that a run `logged` counts `axis`, or is it; None if none does, or if it needs
    none.

    `vocabulary` is the one that the run is read by. A metric that is `drawn` at steps of another kind than those of the
    counter is counted by none: between gradient steps and steps of the environment nothing can be interpolated.
    """
    if not isinstance(axis, Axis):
        joined = axis.removeprefix(METRIC_SIGN)
        return Counter(key=joined, by_step=False) if joined in logged else None
    word = _COUNTED.get(axis)
    if word is None:
        return None
    steps = vocabulary.step_of(drawn)
    found = _logged_counter(word, logged, vocabulary)
    if found is not None and vocabulary.step_of(found.key) == steps:
        return found
    return Counter(key=drawn, by_step=True, is_own=True) if steps == _STEPS[word] else None


def _logged_counter(word: MetricWord, logged: Container[str], vocabulary: Vocabulary) -> Counter | None:
    if (key := vocabulary.metric_key(word, logged)) is not None:
        return Counter(key=key, by_step=False)
    if word == "episodes" and (key := vocabulary.episode_counter(logged)) is not None:
        return Counter(key=key, by_step=True)
    return None


def is_counted(axis: XAxis) -> bool:
    """Returns whether another metric of the run numbers this axis, or is it."""
    return not isinstance(axis, Axis) or axis in _COUNTED


def counts(counter: Counter, history: History) -> History:
    """Returns the history of `counter`'s metric as counts by step, for `x_column`."""
    return history.model_copy(update={"value": history.step.astype(np.float64)}) if counter.by_step else history


def x_column(
    history: History, axis: XAxis, *, counts: History | None = None, origin: int | None = None
) -> Column | None:
    """Returns the x of each point [n]: a step, a count, Unix ms (wall time), seconds since `origin`, or another
    metric's value.

    `counts` is the same run's count by step, None when it was not logged: then there is no such axis, and None comes
    back. Between two logged counts x is interpolated; before the first and after the last it is not known: NaN. Any
    other metric has the value that was logged at the very same step, and NaN where there is none.
    `origin` is in Unix ms, the history's own first moment if not given.
    """
    match axis:
        case Axis.STEP:
            return history.step
        case Axis.WALL_TIME:
            return history.timestamp.astype(np.float64)
        case Axis.RELATIVE_TIME:
            first = origin if origin is not None or not len(history) else int(history.timestamp.min())
            seconds: NDArray[np.float64] = (history.timestamp - (first or 0)) / 1000
            return seconds
        case Axis.EPISODES | Axis.ENV_STEPS:
            return None if counts is None else _counted(history.step, counts)
        case _:
            return None if counts is None else _joined(history.step, counts)


def _counted(step: NDArray[np.int64], counts: History) -> NDArray[np.float64] | None:
    """Returns the count at each of `step`; where the same step was logged again, its last count holds."""
    finite = np.isfinite(counts.value)
    if not finite.any():
        return None
    at, value = _last_of_each(counts.step[finite], counts.value[finite])
    count: NDArray[np.float64] = np.interp(step, at, value, left=np.nan, right=np.nan)
    return count


def _joined(step: NDArray[np.int64], logged: History) -> NDArray[np.float64]:
    """Returns the metric at each of `step`; where the same step was logged again, its last value holds."""
    if not len(logged):
        return np.full(len(step), np.nan)
    at, value = _last_of_each(logged.step, logged.value)
    row = np.minimum(np.searchsorted(at, step), len(at) - 1)
    return np.where(at[row] == step, value[row], np.nan)


def _last_of_each(step: NDArray[np.int64], value: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns the steps [k], rising, each once, and the value logged last at each."""
    if (step[1:] < step[:-1]).any():
        order = np.argsort(step, kind="stable")
        step, value = step[order], value[order]
    last = np.append(step[1:] != step[:-1], True)
    return step[last], value[last]


def time_unit(seconds: float) -> TimeUnit:
    """Returns the unit in which a time axis of this length reads well: the largest that it holds twice."""
    return next((unit for unit in _UNITS if seconds >= 2 * unit.seconds), TimeUnit("s", 1))
