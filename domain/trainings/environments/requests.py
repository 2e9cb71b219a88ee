"""The types of requests for a training in any environment, by algorithm."""

from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from domain.trainings.environments.off_policy import DqnEnvironmentRequest, SacEnvironmentRequest
from domain.trainings.environments.ppo import PpoEnvironmentRequest

EnvironmentRequest = PpoEnvironmentRequest | DqnEnvironmentRequest | SacEnvironmentRequest
REQUESTS: Final[dict[str, type[PpoEnvironmentRequest] | type[DqnEnvironmentRequest] | type[SacEnvironmentRequest]]] = {
    "PPO": PpoEnvironmentRequest,
    "DQN": DqnEnvironmentRequest,
    "SAC": SacEnvironmentRequest,
}
ENVIRONMENT_REQUEST: Final[TypeAdapter[EnvironmentRequest]] = TypeAdapter(
    Annotated[EnvironmentRequest, Field(discriminator="algorithm")]
)
