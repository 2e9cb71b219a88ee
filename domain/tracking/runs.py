"""A training run as MLflow has it."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, SerializerFunctionWrapHandler, WrapSerializer

from domain.message_data import MessageField
from domain.run_changes.marks import BASELINE_TAG, MARKED, Mark, marks_in
from domain.tools.places import Place
from domain.tools.recognition import ToolReading, tool_of
from domain.tracking.outcomes import Diverged, Outcome, outcome_of_point
from domain.tracking.vocabulary import MetricWord, ParameterWord, Vocabulary

SAMPLE_TAG = "clew.sample"
PARENT_TAG = "mlflow.parentRunId"
# Beyond this JSON's numbers, and a browser's, are not exact: whatever it is, it is no count of episodes.
_NO_COUNT = 2**53
NOT_LOGGED: Final = Outcome(None)


def _one_nan(value: float) -> float:
    """Replaces each NaN by one object.

    NaN is unequal to every NaN but itself, and unchanged runs shall compare as equal.
    """
    return math.nan if math.isnan(value) else value


class RunStatus(StrEnum):
    """The states that MLflow gives a run."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


class LatestMetric(BaseModel):
    """The newest point of one metric; `value` may be NaN or infinite, `timestamp` is in Unix ms."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    value: Annotated[float, AfterValidator(_one_nan)]
    step: int
    timestamp: int


def _as_dict(metrics: Mapping[str, LatestMetric], serialise: SerializerFunctionWrapHandler) -> Any:
    """Writes points as a plain dict; a run of the run table makes them when they are asked for."""
    return serialise(dict(metrics.items()))


class Run(BaseModel):
    """One training run: everything but its metric histories.

    `odd_start_ms` and `odd_end_ms` are what was told in place of a start and an end that cannot be, in Unix ms.
    `stated_tool` is what its experiment's team said that it is to be read as.
    """

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    run_id: str
    name: str
    experiment_id: str
    experiment: str
    status: RunStatus
    started_at: datetime | None
    ended_at: datetime | None
    odd_start_ms: int | None = None
    odd_end_ms: int | None = None
    params: dict[str, str]
    metrics: Annotated[Mapping[str, LatestMetric], WrapSerializer(_as_dict)]
    tags: dict[str, str]
    stated_tool: str | None = None

    @cached_property
    def tool(self) -> ToolReading:
        """The tool that this run is read as, and why."""
        return tool_of(self.metrics, self.params, self.tags, self.stated_tool)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copies as pydantic does; the copy finds out by itself which tool it comes from."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("tool", None)
        return copied

    @property
    def is_sample(self) -> bool:
        """Whether this run came with Clew as sample data."""
        return self.tags.get(SAMPLE_TAG) == "true"

    @property
    def is_baseline(self) -> bool:
        """Whether others are compared with this run."""
        return self.tags.get(BASELINE_TAG) == MARKED

    @property
    def marks(self) -> list[Mark]:
        """What it is marked as."""
        return marks_in(self.tags)

    @property
    def parent_id(self) -> str | None:
        """The run that this one stands in, whether it is known or not; None for one that names itself."""
        parent = self.tags.get(PARENT_TAG)
        return None if parent == self.run_id else parent or None

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, however it did."""
        return self.status not in (RunStatus.RUNNING, RunStatus.SCHEDULED)

    def parameter(self, word: ParameterWord, vocabulary: Vocabulary) -> str | None:
        """Returns the run's value for `word`, whatever its tool calls it."""
        found = self.parameter_at(word, vocabulary)
        return None if found is None else found[1]

    def parameter_at(self, word: ParameterWord, vocabulary: Vocabulary) -> tuple[Place, str] | None:
        """Returns the place where the run says `word`, and the value there; None where it says it nowhere."""
        for place in vocabulary.of(self).places(word):
            text = place.text(self.params, self.tags, self.name)
            if text is not None and (value := place.value(text)) is not None:
                return place, value
        return None

    def parameter_key(self, word: ParameterWord, vocabulary: Vocabulary) -> str | None:
        """Returns the parameter that is the value of `word` as it stands; None where there is none."""
        found = self.parameter_at(word, vocabulary)
        return found[0].param if found is not None and found[0].is_plain else None

    def metric_key(self, word: MetricWord, vocabulary: Vocabulary) -> str | None:
        """Returns the name under which the run logged `word`; None where it did not."""
        return vocabulary.of(self).metric_key(word, self.metrics)

    def outcome(self, word: MetricWord, vocabulary: Vocabulary) -> Outcome:
        """Returns what `word` came to by its newest point."""
        key = self.metric_key(word, vocabulary)
        if key is None:
            return NOT_LOGGED
        found = self._outcome(key, vocabulary)
        # One episode's value stands for no evaluation.
        return found._replace(value=None) if key in vocabulary.of(self).means_of_all else found

    def latest(self, word: MetricWord, vocabulary: Vocabulary) -> float | None:
        """Returns the newest value for `word`, a rate as a share of 1.

        None where it was not logged, diverged or is no rate.
        """
        return self.outcome(word, vocabulary).value

    def diverged(self, vocabulary: Vocabulary) -> dict[str, Diverged]:
        """Returns the metrics that have a word and ended in what is no finite number, by the names that the tool gave
        them.
        """
        named = vocabulary.of(self).named
        odd = [key for key, point in self.metrics.items() if not math.isfinite(point.value) and key in named]
        found = {key: self._outcome(key, vocabulary).diverged for key in odd}
        return {key: diverged for key, diverged in found.items() if diverged is not None}

    def out_of_range(self, vocabulary: Vocabulary) -> dict[str, float]:
        """Returns the rates that are none, by the names that the tool gave them, as logged."""
        rates = vocabulary.of(self).rates
        found = {key: self._outcome(key, vocabulary).out_of_range for key in rates if key in self.metrics}
        return {key: value for key, value in found.items() if value is not None}

    def _outcome(self, key: str, vocabulary: Vocabulary) -> Outcome:
        point, own = self.metrics[key], vocabulary.of(self)
        return outcome_of_point(own.factor(key) * point.value + 0.0, point.step, own.scale(key))

    def episodes(self, vocabulary: Vocabulary) -> int | None:
        """Returns how many episodes were trained.

        As logged, else counted by a metric that is logged once an episode.
        """
        counted = self.latest("episodes", vocabulary)
        counter = vocabulary.of(self).episode_counter(self.metrics)
        if counted is None and counter is not None:
            # Step 0 is MLflow's for whoever gives none, and not yet an episode for whoever does.
            counted = self.metrics[counter].step or None
        return None if counted is None or not 0 <= counted < _NO_COUNT else round(counted)


class BadRow(BaseModel):
    """A row of a list that did not fit its contract: which one, which field, and what was wrong."""

    model_config = ConfigDict(frozen=True)

    row: str
    field: str
    cause: MessageField


def whole_number(text: str | None) -> int | None:
    """Returns the number that a seed is written as; None where that is no whole one."""
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,15}", text) else None
