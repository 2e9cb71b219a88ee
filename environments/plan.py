"""What a process is told that is to make an environment."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.environments.environments_file import DescribedEnvironment
from environments.spec_reading import NamedSpec

MOST_OBSERVATION_BYTES: Final = 8 * 2**20


class MakingPlan(BaseModel):
    """How an environment is to be made: `spec` as a model names it, where it does; the rest is the operator's.

    With `known_success` it is known already that `success` is what counts there, or that nothing does.
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
