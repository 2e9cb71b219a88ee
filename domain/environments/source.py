"""The environment that a model names as the one it was trained on."""

import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.environments.normalisation import ObservationStatistics
from domain.errors.environments.failures import EnvironmentRefused
from domain.errors.environments.naming import StatisticsUnreadable
from domain.errors.misfits import misfit_of
from domain.messages import Reason

LONGEST_ID: Final = 200
LONGEST_SPEC: Final = 64 * 2**10
"""Characters of an EnvSpec; a long stack of wrappers has about 2,000."""

_ID: Final = re.compile(r'"id"\s*:\s*"([^"\\]*)"')


class EnvironmentSource(BaseModel):
    """An environment by its id, or by Gymnasium's EnvSpec as JSON, which also holds arguments and wrappers.

    Both are untrusted. `variant` names another distribution than the training's in the operator's file. If there are
    `statistics`, observations are normalised by them.
    """

    model_config = ConfigDict(frozen=True)

    env_id: str | None = None
    env_spec: str | None = None
    variant: str | None = None
    statistics: ObservationStatistics | None = None

    @classmethod
    def named(
        cls, env_id: str | None, env_spec: str | None, normalization: str | None, trouble: Reason | None = None
    ) -> Self:
        """Builds the source from a model's tags; raises EnvironmentRefused where its statistics are malformed.

        `trouble` is a reason found earlier why its tags cannot be used; it is raised the same way.
        """
        source = cls(env_id=env_id, env_spec=env_spec)
        if trouble is not None:
            raise EnvironmentRefused(source.name, trouble)
        if not normalization:
            return source
        try:
            statistics = ObservationStatistics.model_validate_json(normalization)
        except ValidationError as error:
            raise EnvironmentRefused(source.name, StatisticsUnreadable(misfit_of(error)[0])) from error
        return source.model_copy(update={"statistics": statistics})

    @property
    def name(self) -> str:
        """The name shown in messages: the beginning of its id, or "EnvSpec" where there is none."""
        given = self.env_id or id_in(self.env_spec or "") or "EnvSpec"
        shown = "".join(letter if letter.isprintable() else "?" for letter in given[:60])
        return shown if len(given) <= 60 else f"{shown}…"


def id_in(spec: str) -> str:
    """Returns the id in the text of an EnvSpec, valid or not; "" where none is found."""
    found = _ID.search(spec[:LONGEST_SPEC])
    return found[1] if found else ""
