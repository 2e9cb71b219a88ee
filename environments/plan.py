"""The instructions for a process that creates an environment."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.environments.environments_file import DescribedEnvironment
from environments.spec_reading import NamedSpec

MAX_OBSERVATION_BYTES: Final = 8 * 2**20


class CreationPlan(BaseModel):
    """How to create an environment: `spec` comes from a model, if it has one; the rest from the operator.

    `known_success`: an earlier process has determined the rule of success, which is `success`, or that there is none.
    """

    model_config = ConfigDict(frozen=True)

    described: DescribedEnvironment
    spec: NamedSpec | None
    variant: str | None
    paths: list[str]
    allowed_wrappers: list[str]
    normalised: bool
    copies: int
    niceness: int
    known_success: bool
    success: str | None
