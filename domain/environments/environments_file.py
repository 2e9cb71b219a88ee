"""ENVIRONMENTS_FILE: the operator's description of environments, as TOML; docs/environments.md documents each field."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.environments.source import LONGEST_ID
from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.messages import Text

MAX_BYTES: Final = 2**20
MEMORY_MIB: Final = 2048
CALL_SECONDS: Final = 4.0
MAKE_SECONDS: Final = 8.0

Arguments = dict[str, Any]
ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=200)]
EntryPoint = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$", max_length=300)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wrapper(_Table):
    """A wrapper by its entry point, with its arguments."""

    entry_point: EntryPoint
    kwargs: Arguments = {}


class DescribedEnvironment(_Table):
    """An `[[environments]]` table: how an environment is made, what counts as success in it, and what it may use.

    `packages` are imported to register it; with `entry_point` it is registered here. `variants` are arguments of named
    distributions other than the training's. `call_seconds` limits one call, `make_seconds` its creation.
    """

    id: str = Field(min_length=1, max_length=LONGEST_ID)
    packages: list[ModuleName] = Field([], max_length=20)
    entry_point: EntryPoint | None = None
    max_episode_steps: int | None = Field(None, ge=1)
    kwargs: Arguments = {}
    wrappers: list[Wrapper] = Field([], max_length=50)
    success: str | None = Field(None, min_length=1, max_length=100)
    action_names: list[str] | None = Field(None, max_length=1000)
    variants: dict[str, Arguments] = Field({}, max_length=50)
    memory_mib: int = Field(MEMORY_MIB, ge=256, le=2**20)
    call_seconds: float = Field(CALL_SECONDS, gt=0, le=60)
    make_seconds: float = Field(MAKE_SECONDS, gt=0, le=300)
    may_start_processes: bool = False
    may_use_network: bool = False


class EnvironmentsFile(_Table):
    """The whole file: `paths` are folders to import from; `allowed_wrappers` may be named in a model's EnvSpec."""

    paths: list[Path] = Field([], max_length=20)
    allowed_wrappers: list[EntryPoint] = Field([], max_length=200)
    environments: list[DescribedEnvironment] = Field([], max_length=500)

    def described(self, env_id: str) -> DescribedEnvironment:
        """Returns the description of an environment; the defaults where the file has none."""
        return next((one for one in self.environments if one.id == env_id), DescribedEnvironment(id=env_id))


def environments_in(path: Path) -> EnvironmentsFile:
    """Reads and validates a file; raises InvalidArgument with an English text for the terminal."""
    try:
        with path.open("rb") as file:
            return read_environments(file.read(MAX_BYTES).decode())
    except OSError as error:
        raise InvalidArgument(Text(f"The file of environments cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        raise InvalidArgument(Text("The file of environments is no UTF-8 text.")) from error


def read_environments(text: str) -> EnvironmentsFile:
    """Validates the text of a file; raises InvalidArgument that names the field, in English for the terminal."""
    try:
        file = EnvironmentsFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(Text(f"The file is no TOML: {error}.")) from error
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise InvalidArgument(Text(f"{field}: {misfit}.")) from error
    ids = [one.id for one in file.environments]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise InvalidArgument(Text(f"Two environments are called {twice[0]}."))
    if relative := [path for path in file.paths if not path.is_absolute()]:
        raise InvalidArgument(Text(f"paths: {relative[0]} is not a whole path, beginning with /."))
    return file
