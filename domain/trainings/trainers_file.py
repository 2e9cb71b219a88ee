"""TRAININGS_FILE: the team's own programs, as TOML."""

import tomllib
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.trainings.built_in import NAMES
from domain.trainings.trainer import Trainer

MAX_BYTES: Final = 2**20


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    trainers: Annotated[list[Trainer], Field(max_length=100)] = []


def read_trainers(text: str) -> list[Trainer]:
    """Reads the trainers of `[[trainers]]` tables; raises InvalidArgument that names the field, in English for the
    terminal.
    """
    try:
        trainers = _File.model_validate(tomllib.loads(text)).trainers
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(Text(f"The file is no TOML: {error}.")) from error
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise InvalidArgument(Text(f"{field}: {misfit}.")) from error
    names = [*NAMES, *(trainer.name for trainer in trainers)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InvalidArgument(Text(f"Two trainers are called {sorted(twice)[0]}."))
    if any(trainer.is_built_in for trainer in trainers):
        raise InvalidArgument(Text("is_built_in is not for a file to say."))
    return trainers
