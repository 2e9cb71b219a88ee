"""Reads the EnvSpec of a model: untrusted text that names things but creates none of them.

The process that creates the environment compares the names with what is installed.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from domain.environments.source import LONGEST_ID, LONGEST_SPEC, EnvironmentSource
from domain.errors.environments.failures import EnvironmentRefused
from domain.errors.environments.naming import (
    ArgumentNamesCode,
    IdNotPlain,
    NoEnvironmentNamed,
    SpecTooLong,
    SpecUnreadable,
)
from domain.errors.misfits import misfit_of
from domain.messages import Message

# As Gymnasium's own, but without a colon: "module:Name-v0" would import the module.
PLAIN_ID: Final = re.compile(r"(?:[\w-]+/)?[\w.-]+")
# Paths, dotted names, and references into modules, none of which may be argument values.
_NAMES_CODE: Final = re.compile(r"[/\\]|^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$|^[\w.]+:[\w.]+$|^~")
_LONGEST_SHOWN: Final = 80
_KWARGS: Final = AliasChoices("kwargs", "arguments")


class NamedWrapper(BaseModel):
    """A WrapperSpec; without arguments if the wrapper did not record them."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=LONGEST_ID)
    entry_point: str = Field(max_length=300)
    arguments: dict[str, Any] | None = Field(None, validation_alias=_KWARGS)


class NamedSpec(BaseModel):
    """The used fields of an EnvSpec; the others are taken from the registry."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1, max_length=LONGEST_ID)
    entry_point: str | None = Field(None, max_length=300)
    vector_entry_point: str | None = Field(None, max_length=300)
    max_episode_steps: int | None = Field(None, ge=1)
    arguments: dict[str, Any] = Field({}, validation_alias=_KWARGS)
    additional_wrappers: list[NamedWrapper] = Field([], max_length=50)


def named_in(source: EnvironmentSource) -> str | NamedSpec:
    """Returns the id, or the EnvSpec, that a model names; raises EnvironmentRefused if it is invalid."""
    if source.env_spec is not None:
        return _spec_in(source, source.env_spec)
    if source.env_id is None:
        raise EnvironmentRefused(source.name, NoEnvironmentNamed())
    if not _is_plain(source.env_id):
        raise EnvironmentRefused(source.name, IdNotPlain())
    return source.env_id


def _is_plain(env_id: str) -> bool:
    return len(env_id) <= LONGEST_ID and PLAIN_ID.fullmatch(env_id) is not None


def _spec_in(source: EnvironmentSource, text: str) -> NamedSpec:
    if len(text) > LONGEST_SPEC:
        raise EnvironmentRefused(source.name, SpecTooLong(LONGEST_SPEC >> 10))
    try:
        spec = NamedSpec.model_validate(json.loads(text))
        list(_texts(spec.model_dump(), ""))  # if it is too deeply nested for this, it is for all later code, too
    except ValidationError as error:
        raise EnvironmentRefused(source.name, SpecUnreadable(str(misfit_of(error)[0]))) from error
    except (ValueError, RecursionError) as error:
        raise EnvironmentRefused(source.name, SpecUnreadable("JSON")) from error
    if not _is_plain(spec.id):
        raise EnvironmentRefused(source.name, IdNotPlain())
    return spec


def refused_argument(kwargs: dict[str, Any], own: dict[str, Any]) -> Message | None:
    """Returns an error if an argument of a model's EnvSpec names a file or code that `own`, the installed ones, do
    not.
    """
    known = set(_texts(own, ""))
    for path, text in _texts(kwargs, ""):
        if _NAMES_CODE.search(text) and (path, text) not in known:
            return ArgumentNamesCode(path[:_LONGEST_SHOWN], text[:_LONGEST_SHOWN])
    return None


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields the texts in a JSON value, each with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, path)
