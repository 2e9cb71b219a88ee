"""Which of the names that a run logged stands for which word, by the built-in names or by a team's own.

Nothing is guessed: a run that uses none of the names for a word has no value for it. There is no vocabulary "in use":
whoever reads a run by its words is handed one, so that two apps in one process can read the same run differently.
"""

import tomllib
from collections.abc import Container, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.tracking.tool_names import (
    METRICS,
    PARAMETERS,
    PER_EPISODE_METRICS,
    RATES,
    SCALES,
    MetricWord,
    ParameterWord,
)

__all__ = ["DEFAULT", "MetricWord", "ParameterWord", "Vocabulary"]

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Scale = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Vocabulary(BaseModel):
    """The names for every word, in order of preference; a name stands for one word only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[MetricWord, tuple[Name, ...]] = METRICS
    parameters: dict[ParameterWord, tuple[Name, ...]] = PARAMETERS
    per_episode: tuple[Name, ...] = PER_EPISODE_METRICS
    scales: dict[Name, Scale] = SCALES

    @model_validator(mode="after")
    def _a_name_has_one_meaning(self) -> Self:
        for part, words in (("metrics", self.metrics), ("parameters", self.parameters)):
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
        """The built-in vocabulary, in which each word that `override` names has the names given there instead.

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
                Text(f"The vocabulary is wrong. {'. '.join(_said(each) for each in error.errors())}.")
            ) from error

    @classmethod
    def from_toml(cls, text: str) -> "Vocabulary":
        """As `overridden`, from the text of a settings file; raises BadInput."""
        try:
            return cls.overridden(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise InvalidArgument(Text(f"The vocabulary is no TOML: {error}.")) from error

    @cached_property
    def named(self) -> frozenset[str]:
        """All metrics that stand for a word."""
        return frozenset(name for names in self.metrics.values() for name in names)

    @cached_property
    def rates(self) -> frozenset[str]:
        """The metrics that stand for a rate."""
        return frozenset(name for word in RATES for name in self.metrics.get(word, ()))

    def scale(self, key: str) -> float | None:
        """What a rate of 1 is logged as under this name; None where it stands for no rate."""
        return self.scales.get(key, 1.0) if key in self.rates else None

    def metric_key(self, word: MetricWord, logged: Container[str]) -> str | None:
        """The name under which `word` was logged, given the names a run logged; None when it was not."""
        return next((key for key in self.metrics.get(word, ()) if key in logged), None)

    def parameter_key(self, word: ParameterWord, logged: Container[str]) -> str | None:
        """The parameter that holds `word`, given the parameters of a run; None when it was not logged."""
        return next((key for key in self.parameters.get(word, ()) if key in logged), None)

    def episode_counter(self, logged: Container[str]) -> str | None:
        """A logged metric whose step is the episode's number; None when there is none."""
        return next((key for key in self.per_episode if key in logged), None)


def _said(error: Any) -> str:
    """One of pydantic's errors as "metrics.rewrad: there is no such word; there are reward, …"."""
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
