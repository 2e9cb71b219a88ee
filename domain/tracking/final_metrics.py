"""The final value of a run's metric, and how biased its choice is."""

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
from domain.tracking.outcomes import Outcome, are_shares, as_share, divergence
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
    "throughput": "max",
    "learning_rate": None,
    "entropy": None,
    "kl": None,
    "policy_loss": None,  # the size of a policy gradient's loss has no meaning
    "value_loss": "min",
    "exploration_rate": None,
    "gradient_norm": None,
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

    `is_optimistic` marks a value chosen as the best, which noise and more points improve.
    """

    model_config = ConfigDict(frozen=True)

    value: float
    step: int
    points: int
    is_optimistic: bool


def final_outcome(
    history: History, word: MetricWord, choice: Choice, scale: float | None, last_n: int = LAST_N
) -> Outcome:
    """Returns the outcome of `word`; `scale` is the logged value of a rate of 1, None if it is no rate.

    If any point of a rate is outside of 0 to 1, its unit is another, and all of it is out of range.
    """
    final, diverged = final_value(history, word, choice, last_n), divergence(history)
    if final is None or scale is None:
        return Outcome(None if final is None else final.value, diverged)
    if are_shares(history.value, scale):
        return Outcome(as_share(final.value, scale), diverged)
    return Outcome(None, diverged, out_of_range=final.value)


def final_value(history: History, word: MetricWord, choice: Choice, last_n: int = LAST_N) -> FinalValue | None:
    """Returns the final value of `word`, as logged; None where nothing is finite, or only values before a divergence.

    The mean is of the last `last_n` finite points, or of all if there are fewer. The best is over all points, even if
    the metric diverged afterwards; a metric without a direction, see DIRECTIONS, has none. Raises BadInput if `last_n`
    is below 1.
    """
    if last_n < 1:
        raise InvalidArgument(Text(f"A mean of the last points needs 1 or more of them, not {last_n}."))
    finite = np.flatnonzero(np.isfinite(history.value))
    if not len(finite):
        return None
    if choice is Choice.BEST:
        return _best(history, finite, word)
    if finite[-1] != len(history) - 1:
        return None
    return _of(history, finite[-1:] if choice is Choice.LAST else finite[-last_n:])


def _best(history: History, finite: NDArray[np.intp], word: MetricWord) -> FinalValue | None:
    """Returns the best of the `finite` rows, the first of equals."""
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
    """Returns over how many episodes a run's last rate of `word` was taken, by its parameters; None if unknown.

    A training's rate is over a sliding window, which is no longer than the `episodes` so far.
    """
    name = _EPISODES_OF_RATE.get(word)
    key = None if name is None else vocabulary.parameter_key(name, parameters)
    if key is None or not re.fullmatch(r"[0-9]{1,9}", parameters[key]):
        return None
    if word == "eval_success_rate":
        return int(parameters[key])
    return None if episodes is None else min(int(parameters[key]), episodes)


def rate_interval(final: float | None, choice: Choice, episodes: int | None) -> Interval | None:
    """Returns Wilson's interval of a final rate over `episodes` episodes.

    Only for the last value: a best one is selected, and a mean counts the same episodes many times.
    """
    return wilson_interval(final, episodes) if choice is Choice.LAST else None
