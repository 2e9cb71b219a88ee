"""Observations of several parts: which of them the agent uses, and with what network."""

from typing import Final

import gymnasium
import torch
from gymnasium import spaces
from gymnasium.wrappers import FilterObservation
from stable_baselines3.common.preprocessing import get_flattened_obs_dim, is_image_space
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, NatureCNN
from torch import nn

from environments.child.spaces_of import space_of
from environments.child.trouble import Trouble
from training.agents.spaces import is_small_image

_IMAGE_FEATURES: Final = 256  # per image, as in Stable-Baselines3


def without_texts(environment: gymnasium.Env) -> gymnasium.Env:
    """Returns the environment without its text observations, such as the mission in MiniGrid."""
    seen = environment.observation_space
    if not isinstance(seen, spaces.Dict):
        return environment
    readable = [name for name, part in seen.spaces.items() if _is_readable(part)]
    return environment if len(readable) in (0, len(seen.spaces)) else FilterObservation(environment, readable)


def _is_readable(part: spaces.Space) -> bool:
    try:
        space_of(part)
    except Trouble:
        return False
    return True


class PartsExtractor(BaseFeaturesExtractor):  # type: ignore[misc]  # untyped to mypy, as all third-party code here
    """A network for each part, with concatenated outputs: convolutions for images, numbers unchanged.

    Unlike Stable-Baselines3's own, it allows any names of parts, such as `values`, and images too small for its
    convolutions, which are treated as numbers.
    """

    def __init__(self, observation_space: spaces.Dict) -> None:
        parts = observation_space.spaces
        super().__init__(observation_space, sum(map(_width, parts.values())))
        self.parts = list(parts)
        self.networks = nn.ModuleList(map(_network, parts.values()))

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        """Returns the concatenated features of a batch."""
        pairs = zip(self.parts, self.networks, strict=True)
        return torch.cat([network(observations[part]) for part, network in pairs], dim=1)


def _is_for_convolutions(part: spaces.Space) -> bool:
    return bool(is_image_space(part)) and not is_small_image(part)


def _width(part: spaces.Space) -> int:
    return _IMAGE_FEATURES if _is_for_convolutions(part) else int(get_flattened_obs_dim(part))


def _network(part: spaces.Space) -> nn.Module:
    return NatureCNN(part, _IMAGE_FEATURES) if _is_for_convolutions(part) else nn.Flatten()
