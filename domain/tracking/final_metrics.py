"""The one number that stands for a metric of a run, and how honest it is."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.statistics import Interval, wilson_interval
from domain.tracking.history import History
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary

LAST_N: Final = 10

Direction = Literal["max", "min"]
# A long episode is good when balancing a pole and bad in a maze: without a direction there is no best.
DIRECTIONS: Final[dict[MetricWord, Direction | None]] = {
    "reward": "max",
    "episode_length": None,
    "success_rate": "max",
    "loss": "min",
    "episodes": "max",
    "env_steps": "max",
    "eval_reward": "max",
    "eval_episode_length": None,
    "eval_success_rate": "max",
}
_EPISODES_OF_RATE: Final[dict[MetricWord, ParameterWord]] = {
    "success_rate": "success_window",
    "eval_success_rate": "eval_episodes",
}


class Choice(StrEnum):
    """Which value of a history counts as final."""

    LAST = "last"
    BEST = "best"
    MEAN_OF_LAST = "mean_of_last"


class FinalValue(BaseModel):
    """A metric's final value, logged at `step` (the last one of a mean), over `points` points.

    `is_optimistic` says that it was picked for being good, so that more noise or more points make it better.
    """

    model_config = ConfigDict(frozen=True)

    value: float
    step: int
    points: int
    is_optimistic: bool


def final_value(history: History, word: MetricWord, choice: Choice, last_n: int = LAST_N) -> FinalValue | None:
    """The final value of `word`; values that are not finite are passed over, and None says that there is no other.

    The mean is of the last `last_n` points, or of all if they are fewer. None is also the best of a metric that has no
    better and worse, see DIRECTIONS. Raises BadInput when `last_n` is below 1.
    """
    if last_n < 1:
        raise InvalidArgument(Text(f"A mean of the last points needs 1 or more of them, not {last_n}."))
    finite = np.flatnonzero(np.isfinite(history.value))
    if not len(finite):
        return None
    match choice:
        case Choice.LAST:
            return _of(history, finite[-1:])
        case Choice.MEAN_OF_LAST:
            return _of(history, finite[-last_n:])
        case Choice.BEST:
            return _best(history, finite, word)


def _best(history: History, finite: NDArray[np.intp], word: MetricWord) -> FinalValue | None:
    """The best of the `finite` rows, the first of equals."""
    direction = DIRECTIONS[word]
    if direction is None:
        return None
    values = history.value[finite]
    row = np.argmin(values) if direction == "min" else np.argmax(values)
    return _of(history, finite[[row]], is_optimistic=True)


def _of(history: History, rows: NDArray[np.intp], *, is_optimistic: bool = False) -> FinalValue:
    return FinalValue(
        value=float(history.value[rows].mean()),
        step=int(history.step[rows[-1]]),
        points=len(rows),
        is_optimistic=is_optimistic,
    )


def rate_episodes(
    word: MetricWord, parameters: Mapping[str, str], episodes: int | None, vocabulary: Vocabulary
) -> int | None:
    """Over how many episodes a run's last rate of `word` was taken, from its parameters; None when they do not say.

    A training's rate is over a sliding window, which is no longer than the `episodes` that there have been.
    """
    name = _EPISODES_OF_RATE.get(word)
    key = None if name is None else vocabulary.parameter_key(name, parameters)
    if key is None or not re.fullmatch(r"[0-9]{1,9}", parameters[key]):
        return None
    if word == "eval_success_rate":
        return int(parameters[key])
    return None if episodes is None else min(int(parameters[key]), episodes)


def rate_interval(final: float | None, choice: Choice, episodes: int | None) -> Interval | None:
    """Wilson's interval of a final rate over `episodes` episodes.

    Only of the last value: a best one was picked, and in a mean the same episodes are counted many times.
    """
    return wilson_interval(final, episodes) if choice is Choice.LAST else None
