"""Which of the names that a run logged stands for which word, by its tool's names, the built-in ones or a team's own.

Nothing is guessed: a run that uses none of the names for a word has no value for it. There is no vocabulary "in use":
whoever reads a run by its words is handed one, so that two apps in one process can read the same run differently. Each
run is read by the names of the tool that it comes from: `Vocabulary.of` a run has those.
"""

import tomllib
from collections.abc import Container, Mapping, Set
from functools import cached_property
from typing import Annotated, Any, Final, Protocol, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from domain.errors.records import InvalidArgument
from domain.messages import Text
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
    """A run, as far as it is known which tool it comes from."""

    @property
    def tool(self) -> ToolReading: ...


class Vocabulary(BaseModel):
    """The names for every word, in order of preference; a name stands for one word only.

    But for a part of the loss, which may stand for it where nothing else is logged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[MetricWord, tuple[Name, ...]] = METRICS
    parameters: dict[ParameterWord, tuple[Name, ...]] = PARAMETERS
    per_episode: tuple[Name, ...] = PER_EPISODE_METRICS
    scales: dict[Name, Scale] = SCALES

    @model_validator(mode="after")
    def _a_name_has_one_meaning(self) -> Self:
        metrics = {word: names for word, names in self.metrics.items() if word not in LOSS_PARTS}
        for part, words in (("metrics", metrics), ("parameters", self.parameters)):
            meaning: dict[str, str] = {}
            for word, names in words.items():
                for name in names:
                    if meaning.setdefault(name, word) != word:
                        raise ValueError(f"{part}: {name!r} stands for both {meaning[name]} and {word}")
        return self

    @model_validator(mode="after")
    def _a_scale_is_that_of_a_rate(self) -> Self:
        # The built-in ones stay where a team's own names take the place of those that they are for.
        if wrong := sorted(self.scales.keys() - self.rates - SCALES.keys()):
            words = " nor ".join(sorted(RATES))
            raise ValueError(f"scales: {wrong[0]!r} stands for neither {words}")
        return self

    @classmethod
    def overridden(cls, override: Mapping[str, Any]) -> "Vocabulary":
        """Returns the built-in vocabulary, in which each word that `override` names has the names given there
        instead.

        `override` looks like {"metrics": {"reward": ["return"]}, "parameters": {"seed": ["rng"]}, "per_episode": [],
        "scales": {"solved": 100}}.
        Raises BadInput that names what is wrong in it.
        """
        given = dict(override)
        for part, known in (("metrics", METRICS), ("parameters", PARAMETERS), ("scales", SCALES)):
            if isinstance(given.get(part), Mapping):
                given[part] = {**known, **given[part]}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise InvalidArgument(
                Text(f"The vocabulary is wrong. {'. '.join(_sentence(each) for each in error.errors())}.")
            ) from error

    @classmethod
    def from_toml(cls, text: str) -> "Vocabulary":
        """Reads the text of a settings file as `overridden` does; raises BadInput."""
        try:
            return cls.overridden(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InvalidArgument(Text(f"The vocabulary is no TOML: {error}.")) from error

    def of(self, run: Readable) -> "Vocabulary":
        """Returns the names by which `run` is read.

        Those of its tool before the built-in ones, and a team's own before all.
        """
        profile = run.tool.profile
        return self if profile is None else self.by_tool[profile.id]

    @cached_property
    def by_tool(self) -> dict[str, "ToolVocabulary"]:
        """The same words in the names of each tool."""
        return {profile.id: _vocabulary_of(profile, self) for profile in PROFILES.values()}

    @cached_property
    def of_all_tools(self) -> frozenset[str]:
        """All metrics that stand for a word in any tool, and those by which tools are known."""
        return self.named.union(METRIC_SIGNS, *(one.named for one in self.by_tool.values()))

    def places(self, word: ParameterWord) -> tuple[Place, ...]:
        """Returns where a run may say `word`, in order of preference."""
        return tuple(Place(param=key) for key in self.parameters.get(word, ()))

    def step_of(self, key: str) -> StepMeaning | None:
        """Returns what the step of a metric counts; None where the tool is not known, or does not say."""
        del key
        return None

    def loss_kind(self, key: str) -> LossKind | None:
        """Returns what a metric that stands for the loss is; None where that is not known."""
        return LOSSES.get(key)

    @property
    def means_of_all(self) -> tuple[str, ...]:
        """The metrics whose points are single episodes of one evaluation, whose mean is meant."""
        return ()

    @cached_property
    def named(self) -> frozenset[str]:
        """All metrics that stand for a word."""
        return frozenset(name for names in self.metrics.values() for name in names)

    @cached_property
    def rates(self) -> frozenset[str]:
        """The metrics that stand for a rate."""
        return frozenset(name for word in RATES for name in self.metrics.get(word, ()))

    def scale(self, key: str) -> float | None:
        """Returns what a rate of 1 is logged as under this name; None where it stands for no rate."""
        return self.scales.get(key, 1.0) if key in self.rates else None

    def factor(self, key: str) -> float:
        """Returns what a metric that stands for a word is multiplied by to be it."""
        del key
        return 1.0

    def metric_key(self, word: MetricWord, logged: Container[str]) -> str | None:
        """Returns the name under which `word` was logged, given the names a run logged; None when it was not."""
        return next((key for key in self.metrics.get(word, ()) if key in logged), None)

    def parameter_key(self, word: ParameterWord, logged: Container[str]) -> str | None:
        """Returns the parameter that holds `word`, given the parameters of a run; None when it was not logged."""
        return next((key for key in self.parameters.get(word, ()) if key in logged), None)

    def episode_counter(self, logged: Container[str]) -> str | None:
        """Returns a logged metric whose step is the episode's number; None when there is none."""
        return next((key for key in self.per_episode if key in logged), None)


class ToolVocabulary(Vocabulary):
    """The words in the names of one tool: for whatever is read of a run that comes from it."""

    profile: ToolProfile
    in_places: dict[ParameterWord, tuple[Place, ...]]
    factors: dict[Name, float]

    def of(self, run: Readable) -> Vocabulary:
        """Returns itself: it was chosen for the run."""
        del run
        return self

    def places(self, word: ParameterWord) -> tuple[Place, ...]:
        """Returns the places of every vocabulary, those of the tool first."""
        return self.in_places.get(word, ())

    def step_of(self, key: str) -> StepMeaning | None:
        """Returns what every vocabulary says."""
        return self.profile.step_of(key)

    def loss_kind(self, key: str) -> LossKind | None:
        """Returns what every vocabulary says."""
        return self.profile.losses.get(key) or LOSSES.get(key)

    def factor(self, key: str) -> float:
        """Returns what every vocabulary says."""
        return self.factors.get(key, 1.0)

    @property
    def means_of_all(self) -> tuple[str, ...]:
        """As of every vocabulary."""
        return self.profile.mean_of_all


def _vocabulary_of(profile: ToolProfile, base: Vocabulary) -> ToolVocabulary:
    """Returns the words of `base` in the names of a tool; a word for which a team has names of its own keeps these."""
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
    """Returns the tool's own names for a word, then the built-in ones that it uses for nothing else.

    None of the `teams`.
    """
    own = profile.metrics.get(word, ())
    others = (name for name in builtin if name not in profile.never and (name not in taken or word in LOSS_PARTS))
    return tuple(name for name in dict.fromkeys((*own, *others)) if name not in teams)


def _sentence(error: Any) -> str:
    """Returns one of pydantic's errors as "metrics.rewrad: there is no such word; there are reward, …"."""
    place = [str(part) for part in error["loc"]]
    if place[-1:] == ["[key]"] and place[0] != "scales":
        words = get_args(MetricWord if place[0] == "metrics" else ParameterWord)
        return f"{'.'.join(place[:-1])}: there is no such word; there are {', '.join(words)}"
    if error["type"] == "extra_forbidden":
        return f"{'.'.join(place)}: there is no such part; there are {', '.join(Vocabulary.model_fields)}"
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("tuple", "list")  # what a settings file calls it
    return f"{'.'.join(place)}: {message}, not {error['input']!r}" if place else message


DEFAULT: Final = Vocabulary()
"""The built-in names."""
