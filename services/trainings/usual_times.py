"""Estimates how long a training takes, by finished ones of the same kind."""

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from typing import Final, NamedTuple

from domain.run_table.table import RunTable
from domain.trainings import tags
from domain.trainings.fields import Value
from domain.trainings.recorded import recorded_training
from domain.trainings.training import Training, TrainingState

_DECIDING: Final = ("algorithm", "algo", "environment", "env", "env_id", "maze_size", "until")
"""Fields on which the time of an episode depends most, by trainers' names."""
_MAX_RUNS: Final = 200
_LENGTHS: Final = ("episodes", "steps")

Kind = tuple[str, tuple[Value | None, ...]]


class UsualTime(NamedTuple):
    """The median over `runs` finished trainings, in seconds for the requested length."""

    seconds: float
    runs: int


class UsualTimes:
    """The times of one table of runs; computed when they are first needed."""

    def __init__(self, table: RunTable) -> None:
        self.version = table.version
        self._times: dict[Kind, list[float]] = defaultdict(list)
        for training in finished_trainings(table):
            if (took := _seconds_each(training)) is not None:
                self._times[_kind(training.trainer, training.values)].append(took)

    def of(self, trainer: str, values: Mapping[str, Value]) -> UsualTime | None:
        """Returns the expected time of a run with these values; None if none like it has finished."""
        known = self._times.get(_kind(trainer, values))
        return UsualTime(median(known) * _length(values), len(known)) if known else None


def finished_trainings(table: RunTable) -> list[Training]:
    """Returns the newest trainings that finished successfully."""
    rows = table.rows_with_tag(tags.STATE, TrainingState.DONE)[:_MAX_RUNS]
    return [training for run in table.runs(rows) if (training := recorded_training(run)) is not None]


def _kind(trainer: str, values: Mapping[str, Value]) -> Kind:
    return trainer, tuple(values.get(name) for name in _DECIDING)


def _seconds_each(training: Training) -> float | None:
    """Returns seconds per episode or step, or for the whole training if neither is given."""
    if training.started_ms is None or training.ended_ms is None or training.ended_ms <= training.started_ms:
        return None
    return (training.ended_ms - training.started_ms) / 1000 / _length(training.values)


def _length(values: Mapping[str, Value]) -> float:
    """Returns the requested length: in episodes, else in steps."""
    lengths = (values.get(name) for name in _LENGTHS)
    return next((float(one) for one in lengths if isinstance(one, int | float) and one >= 1), 1.0)


class UsualTimeStore:
    """The times of the newest table of runs."""

    def __init__(self) -> None:
        self._newest: UsualTimes | None = None

    def of(self, table: RunTable) -> UsualTimes:
        """Returns the times of `table`; computed once for each version of it."""
        known = self._newest
        if known is None or known.version != table.version:
            known = self._newest = UsualTimes(table)
        return known
