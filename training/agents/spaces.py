"""Which spaces Stable-Baselines3 can learn in, and with which networks."""

from typing import Final

import gymnasium
from gymnasium import spaces
from stable_baselines3.common.preprocessing import is_image_space

from domain.environments.facts import EnvironmentFacts
from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.trainings.environments.fitting import misfit
from domain.trainings.environments.requests import EnvironmentRequest
from environments.child.spaces_of import space_of
from environments.child.trouble import Trouble
from environments.machine import memory_bytes

_MIN_IMAGE: Final = 36  # pixels: Stable-Baselines3's network for images has three convolutions


def check_spaces(request: EnvironmentRequest, environment: gymnasium.Env) -> None:
    """Raises BadInput, with the field, if the algorithm does not support the environment's spaces."""
    found = misfit(request, _facts_of(request.env_id, environment), memory_bytes())
    if found is not None:
        field, why = found
        raise InvalidArgument(Text(f"{field}: {why}"))


def _facts_of(env_id: str, environment: gymnasium.Env) -> EnvironmentFacts:
    try:
        seen, acted = space_of(environment.observation_space), space_of(environment.action_space)
    except Trouble as trouble:
        raise InvalidArgument(Text(f"env_id: {env_id}: {trouble.reason}")) from trouble
    return EnvironmentFacts(env_id=env_id, observation_space=seen, action_space=acted)


def policy_kind(environment: gymnasium.Env) -> str:
    """Returns the policy class for the environment's observations.

    There is one for several parts, one for images, and one for numbers, which includes images that are too small.
    """
    seen = environment.observation_space
    if isinstance(seen, spaces.Dict):
        return "MultiInputPolicy"
    return "CnnPolicy" if is_image_space(seen) and not is_small_image(seen) else "MlpPolicy"


def is_small_image(space: spaces.Space) -> bool:
    """Returns whether it is an image too small for the convolutions."""
    return bool(is_image_space(space)) and min(sorted(space.shape)[-2:]) < _MIN_IMAGE
