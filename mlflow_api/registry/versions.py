"""MLflow's answers about a registered model and its versions."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from domain.moments import in_utc
from domain.registry.models import ALIAS


class _Tag(BaseModel):
    key: str
    value: str = ""


def tags_of(value: object) -> object:
    """Returns MLflow's list of tags as a dict; anything else unchanged, for pydantic to reject."""
    return {tag.key: tag.value for tag in map(_Tag.model_validate, value)} if isinstance(value, list) else value


class Version(BaseModel):
    """One version of the registered model in MLflow's answer."""

    version: Annotated[str, BeforeValidator(str)]
    run_id: str = ""
    source: str = ""
    description: str = ""
    creation_timestamp: int = 0
    tags: Annotated[dict[str, str], BeforeValidator(tags_of)] = {}


class _Alias(BaseModel):
    alias: str
    version: Annotated[str, BeforeValidator(str)]


class Registered(BaseModel):
    """The registered model itself."""

    aliases: list[_Alias] = []
    tags: Annotated[dict[str, str], BeforeValidator(tags_of)] = {}

    @property
    def active(self) -> str | None:
        """The version that Clew's alias points at."""
        return next((alias.version for alias in self.aliases if alias.alias == ALIAS), None)

    def others_aliases(self, version: str) -> tuple[str, ...]:
        """Returns the other aliases of this version, which are not Clew's and which it never changes."""
        return tuple(sorted(one.alias for one in self.aliases if one.version == version and one.alias != ALIAS))


def moment_of(text: str | None) -> datetime | None:
    """Returns an ISO 8601 time in a tag, in UTC if it has no zone; None for anything else."""
    try:
        return None if text is None else in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None
