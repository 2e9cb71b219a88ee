"""The x axes of charts, and the x of every point of a history."""

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
    """The named x axes: MLflow's step, two counters that the run logs, and two clocks."""

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
    """The metric that counts an axis in one run: by its values, or by its steps if it is logged once per count.

    With `is_own` it is the drawn metric itself: its own steps are the count, and no other history is needed.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    by_step: bool
    is_own: bool = False


class TimeUnit(NamedTuple):
    """A unit for a time axis, and its length in seconds."""

    name: Literal["s", "min", "h", "d"]
    seconds: int


_UNITS: Final = (TimeUnit("d", 86_400), TimeUnit("h", 3_600), TimeUnit("min", 60))


def metric_axis(key: str) -> str:
    """Returns the axis that is the metric `key`."""
    return METRIC_SIGN + key


def axis_key(axis: XAxis) -> str | None:
    """Returns the metric key of a metric axis; None for a named axis."""
    return None if isinstance(axis, Axis) else axis.removeprefix(METRIC_SIGN)


def counter(axis: XAxis, logged: Container[str], vocabulary: Vocabulary, drawn: str = "") -> Counter | None:
    """Returns the metric in `logged` that provides `axis`; None if there is none, or if the axis needs none.

    `vocabulary` is the run's own. A counter is not used if its steps mean something else than those of the `drawn`
    metric: gradient steps and environment steps cannot be interpolated.
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
    """Returns whether this axis needs the history of another metric."""
    return not isinstance(axis, Axis) or axis in _COUNTED


def counts(counter: Counter, history: History) -> History:
    """Returns the history of `counter`'s metric as counts by step, for `x_column`."""
    return history.model_copy(update={"value": history.step.astype(np.float64)}) if counter.by_step else history


def x_column(
    history: History, axis: XAxis, *, counts: History | None = None, origin: int | None = None
) -> Column | None:
    """Returns the x of each point [n]: step, count, Unix ms (wall time), seconds since `origin`, or another metric's
    value.

    `counts` is the run's count by step, or None if it was not logged; an axis that needs it then returns None. Between
    two logged counts x is interpolated; before the first and after the last it is NaN. For any other metric, x is the
    value logged at the same step, NaN where there is none.

    `origin` is in Unix ms; the default is the history's first moment.
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
    """Returns the count at each of `step`; of several counts at one step, the last is used."""
    finite = np.isfinite(counts.value)
    if not finite.any():
        return None
    at, value = _last_of_each(counts.step[finite], counts.value[finite])
    count: NDArray[np.float64] = np.interp(step, at, value, left=np.nan, right=np.nan)
    return count


def _joined(step: NDArray[np.int64], logged: History) -> NDArray[np.float64]:
    """Returns the metric at each of `step`; of several values at one step, the last is used."""
    if not len(logged):
        return np.full(len(step), np.nan)
    at, value = _last_of_each(logged.step, logged.value)
    row = np.minimum(np.searchsorted(at, step), len(at) - 1)
    return np.where(at[row] == step, value[row], np.nan)


def _last_of_each(step: NDArray[np.int64], value: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns the distinct steps [k] in rising order, and the last value logged at each."""
    if (step[1:] < step[:-1]).any():
        order = np.argsort(step, kind="stable")
        step, value = step[order], value[order]
    last = np.append(step[1:] != step[:-1], True)
    return step[last], value[last]


def time_unit(seconds: float) -> TimeUnit:
    """Returns a readable unit for a time axis of this length: the largest that fits in it twice."""
    return next((unit for unit in _UNITS if seconds >= 2 * unit.seconds), TimeUnit("s", 1))
