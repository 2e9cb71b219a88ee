"""A tool's profile: how one library logs, as its file in `profiles/` describes it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from domain.tools.places import Place
from domain.tracking.tool_names import RATES, FamilyWord, LossKind, MetricWord, ParameterWord

StepMeaning = Literal["env_steps", "episodes", "iterations", "updates", "vector_steps", "eval_episodes", "seconds"]
"""What the step of a metric counts. `vector_steps` counts one step of all parallel environments as one."""

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# The characters that MLflow refuses in a name; importers replace them.
_REFUSED: Final = re.compile(r"[^\w\-. :/]")


def _not_zero(factor: float) -> float:
    if not factor:
        raise ValueError("a factor of 0 would make all values one")
    return factor


def _as_place(place: Any) -> Any:
    return {"param": place} if isinstance(place, str) else place


Factor = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_not_zero)]
Places = tuple[Annotated[Place, BeforeValidator(_as_place)], ...]


class Signs(BaseModel):
    """Names that only runs of this tool have: metrics, parameters and tags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: tuple[Name, ...] = ()
    params: tuple[Name, ...] = ()
    tags: tuple[Name, ...] = ()
    needs_all: bool = False
    """Whether a run must have all of them, because each one alone is common."""


class ToolProfile(BaseModel):
    """One tool: its signs, its names for words in order of preference, and other conventions.

    `never` are names that look like a word but are not, such as the reward of a single step. `mean_of_all` are metrics
    whose points are single episodes of one evaluation, so that their mean counts and not the last value. `steps` gives
    the meaning of a metric's step, by name or by prefix, where it differs from `step`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    name: Name
    refines: str | None = None
    """The tool that this one builds on: a run with signs of both belongs to this one."""
    made_from: Literal["recorded", "source"]
    """Whether a test has a run that the library itself made, or the names come from the library's source."""
    signs: Signs
    step: StepMeaning | None = None
    steps: dict[Name, StepMeaning] = {}
    metrics: dict[MetricWord, tuple[Name, ...]] = {}
    parameters: dict[ParameterWord, Places] = {}
    families: dict[FamilyWord, tuple[Name, ...]] = {}
    scales: dict[Name, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    factors: dict[Name, Factor] = {}
    """The factor for a metric, to get the value of its word: -1 for an entropy that is logged as a loss."""
    per_episode: tuple[Name, ...] = ()
    never: tuple[Name, ...] = ()
    mean_of_all: tuple[Name, ...] = ()
    losses: dict[Name, LossKind] = {}

    @model_validator(mode="after")
    def _check_losses(self) -> Self:
        if unclassified := [name for name in self.metrics.get("loss", ()) if name not in self.losses]:
            raise ValueError(f"losses: nothing says what {unclassified[0]!r} is")
        return self

    @model_validator(mode="after")
    def _check_factors(self) -> Self:
        named = {name for word, names in self.metrics.items() if word not in RATES for name in names}
        if wrong := sorted(self.factors.keys() - named):
            raise ValueError(f"factors: {wrong[0]!r} stands for no word but a rate, which has a scale")
        return self

    @model_validator(mode="before")
    @classmethod
    def _as_stored_by_mlflow(cls, given: Any) -> Any:
        return _spelled(given) if isinstance(given, Mapping) else given

    def family_keys(self, logged: Iterable[str]) -> dict[FamilyWord, list[str]]:
        """Returns the metrics of each family that a run logged; none where the tool has no families."""
        if not self.families:
            return {}
        keys = list(logged)
        return {word: list(filter(pattern.fullmatch, keys)) for word, pattern in self._family_patterns.items()}

    @cached_property
    def _family_patterns(self) -> dict[FamilyWord, re.Pattern[str]]:
        """A pattern of each family's names, where `*` in the file matches one path component."""
        return {
            word: re.compile("|".join(re.escape(name).replace(r"\*", "[^/]+") for name in names))
            for word, names in self.families.items()
        }

    def step_of(self, key: str) -> StepMeaning | None:
        """Returns what the step of this metric counts; None where that is not known."""
        found = [prefix for prefix in self.steps if key == prefix or (prefix.endswith("/") and key.startswith(prefix))]
        return self.steps[max(found, key=len)] if found else self.step


def _spelled(given: Mapping[str, Any]) -> dict[str, Any]:
    """Adds, for every metric name that MLflow refuses, the forms in which it may be logged."""
    made = dict(given)
    for part in ("metrics", "families"):
        made[part] = {word: [*_all_of(names)] for word, names in given.get(part, {}).items()}
    for part in ("steps", "scales", "factors", "losses"):
        made[part] = {each: value for name, value in given.get(part, {}).items() for each in spellings(name)}
    for part in ("never", "mean_of_all", "per_episode"):
        made[part] = [*_all_of(given.get(part, ()))]
    signs = given.get("signs")
    if isinstance(signs, Mapping) and not signs.get("needs_all"):
        made["signs"] = {**signs, "metrics": [*_all_of(signs.get("metrics", ()))]}
    return made


def _all_of(names: Any) -> Iterator[str]:
    return (each for name in names for each in spellings(name))


def spellings(name: str) -> list[str]:
    """Returns a name, and its forms in which the characters that MLflow refuses are replaced.

    `(mean)` as `_mean_`, `mean`.
    """
    if not _REFUSED.search(name.replace("*", "")):
        return [name]
    replaced = (re.sub(r"[^\w\-. :/*]", by, name) for by in ("_", "-", ".", ""))
    trimmed = re.sub(r"[^\w\-. :/*]+", "_", name).strip("_")
    return list(dict.fromkeys([name, *(each.strip() for each in replaced), trimmed]))
