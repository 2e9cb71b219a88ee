"""A training run of MLflow."""

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
# Beyond this, numbers of JSON and of browsers are not exact: it cannot be a count of episodes.
_NO_COUNT = 2**53
NOT_LOGGED: Final = Outcome(None)


def _one_nan(value: float) -> float:
    """Replaces each NaN by one object: NaN is unequal to every NaN but itself, and unchanged runs must be equal."""
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
    """Serialises points as a plain dict; a run of the run table creates them on access."""
    return serialise(dict(metrics.items()))


class Run(BaseModel):
    """One training run: everything but its metric histories.

    `odd_start_ms` and `odd_end_ms` are implausible values that were logged as start and end, in Unix ms. `stated_tool`
    is the tool that its experiment's team set.
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
        """Copies as pydantic does; the copy determines its tool again."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("tool", None)
        return copied

    @property
    def is_sample(self) -> bool:
        """Whether this run is part of Clew's sample data."""
        return self.tags.get(SAMPLE_TAG) == "true"

    @property
    def is_baseline(self) -> bool:
        """Whether this run is the baseline of comparisons."""
        return self.tags.get(BASELINE_TAG) == MARKED

    @property
    def marks(self) -> list[Mark]:
        """The marks of the run."""
        return marks_in(self.tags)

    @property
    def parent_id(self) -> str | None:
        """The parent run's id, known or not; None for a run that names itself."""
        parent = self.tags.get(PARENT_TAG)
        return None if parent == self.run_id else parent or None

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, in whatever way."""
        return self.status not in (RunStatus.RUNNING, RunStatus.SCHEDULED)

    def parameter(self, word: ParameterWord, vocabulary: Vocabulary) -> str | None:
        """Returns the run's value for `word`, whatever its tool calls it."""
        found = self.parameter_at(word, vocabulary)
        return None if found is None else found[1]

    def parameter_at(self, word: ParameterWord, vocabulary: Vocabulary) -> tuple[Place, str] | None:
        """Returns the place where the run records `word`, and the value there; None if there is none."""
        for place in vocabulary.of(self).places(word):
            text = place.text(self.params, self.tags, self.name)
            if text is not None and (value := place.value(text)) is not None:
                return place, value
        return None

    def parameter_key(self, word: ParameterWord, vocabulary: Vocabulary) -> str | None:
        """Returns the parameter whose whole text is the value of `word`; None if there is none."""
        found = self.parameter_at(word, vocabulary)
        return found[0].param if found is not None and found[0].is_plain else None

    def metric_key(self, word: MetricWord, vocabulary: Vocabulary) -> str | None:
        """Returns the name under which the run logged `word`; None where it did not."""
        return vocabulary.of(self).metric_key(word, self.metrics)

    def outcome(self, word: MetricWord, vocabulary: Vocabulary) -> Outcome:
        """Returns the outcome of `word` by its newest point."""
        key = self.metric_key(word, vocabulary)
        if key is None:
            return NOT_LOGGED
        found = self._outcome(key, vocabulary)
        # The value of one episode does not represent an evaluation.
        return found._replace(value=None) if key in vocabulary.of(self).means_of_all else found

    def latest(self, word: MetricWord, vocabulary: Vocabulary) -> float | None:
        """Returns the newest value for `word`, a rate as a share of 1; None if not logged, diverged or out of range."""
        return self.outcome(word, vocabulary).value

    def diverged(self, vocabulary: Vocabulary) -> dict[str, Diverged]:
        """Returns the metrics of words that ended in a non-finite number, by the tool's names."""
        named = vocabulary.of(self).named
        odd = [key for key, point in self.metrics.items() if not math.isfinite(point.value) and key in named]
        found = {key: self._outcome(key, vocabulary).diverged for key in odd}
        return {key: diverged for key, diverged in found.items() if diverged is not None}

    def out_of_range(self, vocabulary: Vocabulary) -> dict[str, float]:
        """Returns the rates that are out of range, as logged, by the tool's names."""
        rates = vocabulary.of(self).rates
        found = {key: self._outcome(key, vocabulary).out_of_range for key in rates if key in self.metrics}
        return {key: value for key, value in found.items() if value is not None}

    def _outcome(self, key: str, vocabulary: Vocabulary) -> Outcome:
        point, own = self.metrics[key], vocabulary.of(self)
        return outcome_of_point(own.factor(key) * point.value + 0.0, point.step, own.scale(key))

    def episodes(self, vocabulary: Vocabulary) -> int | None:
        """Returns how many episodes were trained: as logged, else by a metric that is logged once per episode."""
        counted = self.latest("episodes", vocabulary)
        counter = vocabulary.of(self).episode_counter(self.metrics)
        if counted is None and counter is not None:
            # MLflow logs step 0 if none is given; a count of 0 episodes means the same.
            counted = self.metrics[counter].step or None
        return None if counted is None or not 0 <= counted < _NO_COUNT else round(counted)


class BadRow(BaseModel):
    """An invalid row of a list: which one, which field, and what was wrong."""

    model_config = ConfigDict(frozen=True)

    row: str
    field: str
    cause: MessageField


def whole_number(text: str | None) -> int | None:
    """Returns the integer in a seed's text; None if it is not an integer."""
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,15}", text) else None
