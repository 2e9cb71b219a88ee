"""Maps the names that tools log metrics and parameters under to shared words, such as "reward".

A word has the names of a run's tool, the built-in ones, and a team's own. Nothing is guessed: a run that uses none of
the names for a word has no value for it. There is no global vocabulary: each function that reads runs takes one as a
parameter, so that two apps in one process can read the same run differently. `Vocabulary.of(run)` is the one with the
names of the tool that logged the run.
"""

from collections.abc import Container, Set
from functools import cached_property
from typing import Annotated, Final, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.tools.catalogue import PROFILES
from domain.tools.places import Place
from domain.tools.profile import StepMeaning, ToolProfile
from domain.tools.recognition import METRIC_SIGNS, ToolReading
from domain.tracking.tool_names import (
    LOSS_PARTS,
    LOSSES,
    METRICS,
    PARAMETERS,
    PER_EPISODE_METRICS,
    RATES,
    SCALES,
    LossKind,
    MetricWord,
    ParameterWord,
)

__all__ = ["DEFAULT", "MetricWord", "ParameterWord", "Vocabulary"]

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Scale = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Readable(Protocol):
    """The part of a run that chooses its vocabulary: the tool that logged it."""

    @property
    def tool(self) -> ToolReading: ...


class Vocabulary(BaseModel):
    """The names for every word, in order of preference; each name has one word only.

    The exception: the name of a part of the loss may also be a name for the loss, used where nothing else is logged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[MetricWord, tuple[Name, ...]] = METRICS
    parameters: dict[ParameterWord, tuple[Name, ...]] = PARAMETERS
    per_episode: tuple[Name, ...] = PER_EPISODE_METRICS
    scales: dict[Name, Scale] = SCALES

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        metrics = {word: names for word, names in self.metrics.items() if word not in LOSS_PARTS}
        for part, words in (("metrics", metrics), ("parameters", self.parameters)):
            meaning: dict[str, str] = {}
            for word, names in words.items():
                for name in names:
                    if meaning.setdefault(name, word) != word:
                        raise ValueError(f"{part}: {name!r} stands for both {meaning[name]} and {word}")
        return self

    @model_validator(mode="after")
    def _check_scales(self) -> Self:
        # The built-in scales stay valid even where a team's own names replace the rates that they belong to.
        if wrong := sorted(self.scales.keys() - self.rates - SCALES.keys()):
            words = " nor ".join(sorted(RATES))
            raise ValueError(f"scales: {wrong[0]!r} stands for neither {words}")
        return self

    def of(self, run: Readable) -> "Vocabulary":
        """Returns the vocabulary for one run: a team's own names first, then its tool's, then the built-in ones."""
        profile = run.tool.profile
        return self if profile is None else self.by_tool[profile.id]

    @cached_property
    def by_tool(self) -> dict[str, "ToolVocabulary"]:
        """The vocabulary of each tool, by the id of its profile."""
        return {profile.id: _vocabulary_of(profile, self) for profile in PROFILES.values()}

    @cached_property
    def of_all_tools(self) -> frozenset[str]:
        """All metrics that have a word in any tool, and those by which tools are recognised."""
        return self.named.union(METRIC_SIGNS, *(one.named for one in self.by_tool.values()))

    def places(self, word: ParameterWord) -> tuple[Place, ...]:
        """Returns the places in a run that may hold the value of `word`, in order of preference."""
        return tuple(Place(param=key) for key in self.parameters.get(word, ()))

    def step_of(self, key: str) -> StepMeaning | None:
        """Returns what the step of a metric counts; None where that is not known."""
        del key
        return None

    def loss_kind(self, key: str) -> LossKind | None:
        """Returns which kind of loss a metric for the loss is; None where that is not known."""
        return LOSSES.get(key)

    @property
    def means_of_all(self) -> tuple[str, ...]:
        """The metrics whose points are the episodes of one evaluation: their result is the mean of all points."""
        return ()

    @cached_property
    def named(self) -> frozenset[str]:
        """All metrics that have a word."""
        return frozenset(name for names in self.metrics.values() for name in names)

    @cached_property
    def rates(self) -> frozenset[str]:
        """The metrics that are rates."""
        return frozenset(name for word in RATES for name in self.metrics.get(word, ()))

    def scale(self, key: str) -> float | None:
        """Returns the number as which this metric logs a rate of 1, such as 100; None where it is no rate."""
        return self.scales.get(key, 1.0) if key in self.rates else None

    def factor(self, key: str) -> float:
        """Returns the factor that converts the logged values of a metric to the unit of its word."""
        del key
        return 1.0

    def metric_key(self, word: MetricWord, logged: Container[str]) -> str | None:
        """Returns the first name for `word` among the metrics that a run logged; None where there is none."""
        return next((key for key in self.metrics.get(word, ()) if key in logged), None)

    def parameter_key(self, word: ParameterWord, logged: Container[str]) -> str | None:
        """Returns the first name for `word` among the parameters that a run logged; None where there is none."""
        return next((key for key in self.parameters.get(word, ()) if key in logged), None)

    def episode_counter(self, logged: Container[str]) -> str | None:
        """Returns a logged metric whose step is the number of the episode; None where there is none."""
        return next((key for key in self.per_episode if key in logged), None)


class ToolVocabulary(Vocabulary):
    """The words in the names of one tool, for reading runs that it logged."""

    profile: ToolProfile
    in_places: dict[ParameterWord, tuple[Place, ...]]
    factors: dict[Name, float]

    def of(self, run: Readable) -> Vocabulary:
        """Returns itself: this is already the vocabulary of one tool."""
        del run
        return self

    def places(self, word: ParameterWord) -> tuple[Place, ...]:
        """Implements `Vocabulary.places`: those of the tool first."""
        return self.in_places.get(word, ())

    def step_of(self, key: str) -> StepMeaning | None:
        """Implements `Vocabulary.step_of`."""
        return self.profile.step_of(key)

    def loss_kind(self, key: str) -> LossKind | None:
        """Implements `Vocabulary.loss_kind`."""
        return self.profile.losses.get(key) or LOSSES.get(key)

    def factor(self, key: str) -> float:
        """Implements `Vocabulary.factor`."""
        return self.factors.get(key, 1.0)

    @property
    def means_of_all(self) -> tuple[str, ...]:
        """The metrics that the tool's profile lists as such."""
        return self.profile.mean_of_all


def _vocabulary_of(profile: ToolProfile, base: Vocabulary) -> ToolVocabulary:
    """Returns the vocabulary of a tool; a word for which a team has names of its own in `base` keeps only those."""
    ours = {word for word, names in base.metrics.items() if names != METRICS[word]}
    own_places = {word for word, names in base.parameters.items() if names != PARAMETERS[word]}
    taken = {name for word, names in profile.metrics.items() if word not in LOSS_PARTS for name in names}
    teams = {name for word in ours for name in base.metrics[word]}
    return ToolVocabulary.model_construct(
        profile=profile,
        metrics={
            word: names if word in ours else _names(word, profile, names, taken, teams)
            for word, names in base.metrics.items()
        },
        parameters=base.parameters,
        per_episode=base.per_episode if base.per_episode != PER_EPISODE_METRICS else profile.per_episode,
        scales={**profile.scales, **base.scales},
        factors={name: factor for name, factor in profile.factors.items() if name not in teams},
        in_places={
            word: base.places(word) if word in own_places else (*profile.parameters.get(word, ()), *base.places(word))
            for word in base.parameters
        },
    )


def _names(
    word: MetricWord, profile: ToolProfile, builtin: tuple[str, ...], taken: Set[str], teams: Set[str]
) -> tuple[str, ...]:
    """Returns the tool's own names for a word, then the built-in ones that it does not use for another word.

    `teams` are names that a team gave to other words; none of them is returned.
    """
    own = profile.metrics.get(word, ())
    others = (name for name in builtin if name not in profile.never and (name not in taken or word in LOSS_PARTS))
    return tuple(name for name in dict.fromkeys((*own, *others)) if name not in teams)


DEFAULT: Final = Vocabulary()
"""The built-in names."""
