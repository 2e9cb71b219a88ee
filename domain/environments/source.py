"""What a model says of the environment that it was trained on."""

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
    """An environment by its id, or by Gymnasium's EnvSpec as JSON, which holds arguments and wrappers as well.

    Both are a stranger's words. `variant` is a distribution beyond the training's, by its name in the operator's file.
    With `statistics` observations come normalised by them.
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
        """Returns what a model's notes name; raises EnvironmentRefused where its statistics are not as documented.

        `trouble` is why its notes cannot be followed, if that is known before: it is raised likewise.
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
        """What the environment is called in a sentence: its id as far as one reads, or an EnvSpec without one."""
        given = self.env_id or id_in(self.env_spec or "") or "EnvSpec"
        shown = "".join(letter if letter.isprintable() else "?" for letter in given[:60])
        return shown if len(given) <= 60 else f"{shown}…"


def id_in(spec: str) -> str:
    """Returns the id in the text of an EnvSpec, which need not be one; empty where none is seen."""
    found = _ID.search(spec[:LONGEST_SPEC])
    return found[1] if found else ""
