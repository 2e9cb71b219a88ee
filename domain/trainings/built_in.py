"""The built-in trainers: the maze's, and the one for any environment."""

from collections.abc import Mapping
from typing import Final

from domain.trainings.environments.form import NAME as ENVIRONMENT
from domain.trainings.environments.form import environment_request, environment_trainer
from domain.trainings.environments.form import values_of as environment_values
from domain.trainings.environments.requests import EnvironmentRequest
from domain.trainings.fields import Value
from domain.trainings.maze.form import NAME as MAZE
from domain.trainings.maze.form import maze_request, maze_trainer
from domain.trainings.maze.form import values_of as maze_values
from domain.trainings.maze.requests import DqnRequest, PpoRequest
from domain.trainings.trainer import Trainer

BuiltInRequest = PpoRequest | DqnRequest | EnvironmentRequest
NAMES: Final = (MAZE, ENVIRONMENT)


def built_in_trainers() -> list[Trainer]:
    """Returns all built-in trainers, the maze's first."""
    return [maze_trainer(), environment_trainer()]


def request_of(values: Mapping[str, Value]) -> BuiltInRequest:
    """Converts the values of one run to a request; raises pydantic's `ValidationError`."""
    return environment_request(values) if "env_id" in values else maze_request(values)


def values_of(request: BuiltInRequest) -> dict[str, Value]:
    """Returns the form values that make this request."""
    return maze_values(request) if isinstance(request, PpoRequest | DqnRequest) else environment_values(request)
