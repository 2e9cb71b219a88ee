"""A trainer: a program, the fields of its form, and the command built from both."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from domain.errors.misfits import misfits_of
from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.fields import RESERVED, FormField, SeedsField, Value, model_of
from domain.trainings.seeds import read_seeds

TrainerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,59}$")]
_SLOT: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OWN_VARIABLES: Final = re.compile(r"MLFLOW_(RUN_ID|TRACKING_URI)|CUDA_VISIBLE_DEVICES")
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"


class Preset(BaseModel):
    """Named values to fill a form with; `shown_for` as in a field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    values: dict[str, Value]
    shown_for: dict[str, tuple[str, ...]] = {}


class TrainerForm(BaseModel):
    """The form that starts a program, and the resources that it takes.

    `gpus` are reserved for it while it runs, and `slots` of TRAINING_SLOTS if it needs no GPU. Its runs are created in
    `experiment`, in which {field} is replaced by a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: TrainerName
    title: str = Field("", max_length=80)
    help: str = Field("", max_length=500)
    fields: tuple[FormField, ...] = Field((), max_length=100)
    presets: tuple[Preset, ...] = ()
    experiment: str = Field("", max_length=250)
    slots: int = Field(1, ge=1, le=64)
    gpus: int = Field(0, ge=0, le=64)
    is_built_in: bool = False

    @property
    def names(self) -> set[str]:
        """The names of all fields."""
        return {field.name for field in self.fields}

    @property
    def seeds_fields(self) -> list[SeedsField]:
        """The fields of kind seeds; they all have the same name."""
        return [field for field in self.fields if isinstance(field, SeedsField)]

    def check(self, filled: Mapping[str, object]) -> dict[str, Value]:
        """Returns the values of a request, defaults included; raises TrainingRefused with each invalid field."""
        try:
            return dict(model_of(self.fields, _with_choices(self.fields, filled))(**filled))
        except ValidationError as error:
            raise TrainingRefused(misfits_of(error)) from error

    def split(self, values: Mapping[str, Value]) -> list[dict[str, Value]]:
        """Returns the values of each run of a validated request: one run for each of its seeds."""
        field = next((one for one in self.seeds_fields if one.name in values), None)
        if field is None:
            return [dict(values)]
        return [{**values, field.name: seed} for seed in read_seeds(str(values[field.name]))]

    def seed_of(self, values: Mapping[str, Value]) -> int | None:
        """Returns the seed of one run; None where it has none."""
        found = [values[field.name] for field in self.seeds_fields if field.name in values]
        return int(found[0]) if found else None


class OfferedTrainer(TrainerForm):
    """A trainer as the scheduler offers it, without its command; `is_installed` is whether its libraries are there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_installed: bool = True

    @classmethod
    def of(cls, trainer: TrainerForm, *, is_installed: bool) -> Self:
        """Returns `trainer` as it is offered."""
        return cls(**{name: getattr(trainer, name) for name in TrainerForm.model_fields}, is_installed=is_installed)


class Trainer(TrainerForm):
    """A program that trains: its command is a list, in which {field} is replaced by a value; no shell is used."""

    command: tuple[Annotated[str, Field(min_length=1, max_length=4096)], ...] = Field(min_length=1, max_length=200)
    environment: dict[Annotated[str, Field(pattern=_VARIABLE)], str] = {}
    directory: PurePath | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len({field.name for field in self.seeds_fields}) > 1:
            raise ValueError("there can be one field of seeds at most")
        if taken := RESERVED & self.names:
            raise ValueError(f"a field cannot be called {', '.join(sorted(taken))}")
        if unknown := self._slots_used() - self.names - ({"request_file"} if self.is_built_in else set()):
            raise ValueError(f"{{{sorted(unknown)[0]}}} names no field")
        if not self.is_built_in and (unused := self.names - self._slots_used()):
            raise ValueError(f"the field {sorted(unused)[0]} is used nowhere: neither in command nor in environment")
        for field in self.fields:
            if field.default is not None:
                TypeAdapter(field.type).validate_python(field.default)
        if own := [name for name in self.environment if _OWN_VARIABLES.fullmatch(name)]:
            raise ValueError(f"environment: {own[0]} is set by Clew itself")
        return self

    @property
    def experiment_template(self) -> str:
        """The experiment's name, before values are filled in."""
        return self.experiment or self.name

    def command_for(self, values: Mapping[str, Value]) -> list[str]:
        """Returns the command of one run; a value never splits an element."""
        return [filled(part, values) for part in self.command]

    def environment_for(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Returns the environment variables of the file, with values filled in."""
        return {name: filled(text, values) for name, text in self.environment.items()}

    def _slots_used(self) -> set[str]:
        texts = (*self.command, *self.environment.values(), self.experiment)
        return {name for text in texts for name in _SLOT.findall(text)}


def filled(text: str, values: Mapping[str, Value]) -> str:
    """Replaces {names} in a text by values; by nothing for a missing field."""
    return _SLOT.sub(lambda slot: as_argument(values.get(slot[1], "")), text)


def as_argument(value: Value) -> str:
    """Formats a value as a program's argument."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_choices(fields: Sequence[FormField], values: Mapping[str, object]) -> dict[str, object]:
    """Returns the values that decide which fields are shown: those given, else defaults."""
    deciding = {name for field in fields for name in field.shown_for}
    defaults = {field.name: field.default for field in fields if field.name in deciding}
    return {name: values.get(name, default) for name, default in defaults.items()}
