"""Builds a Stable-Baselines3 agent in its environments."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import gymnasium
import torch
from stable_baselines3 import DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecNormalize

from domain.trainings.built_in import BuiltInRequest
from domain.trainings.environments.requests import EnvironmentRequest
from domain.trainings.maze.requests import DqnRequest, PpoRequest
from training.agents.environment import MazeEnv
from training.agents.making import EnvironmentMaker, TrainingSeeds
from training.agents.parts import PartsExtractor
from training.agents.spaces import check_spaces, policy_kind

_CLASSES: Final[Mapping[str, type[BaseAlgorithm]]] = {"PPO": PPO, "DQN": DQN, "SAC": SAC}
_FALLING: Final = ("learning_rate", "clip_range")


def build_agent(request: BuiltInRequest, device: str = "cpu", environments: Path | None = None) -> BaseAlgorithm:
    """Returns an untrained agent in `n_envs` copies of its environment.

    Networks, exploration and starts all follow from the seed. `environments` is ENVIRONMENTS_FILE. Raises BadInput if
    the environment is missing, or unsuitable.
    """
    _avoid_compiler_import()
    torch.set_num_threads(1)  # with 25 inputs a second thread costs more than it gains
    options = request.hyperparameters
    options |= {"seed": request.seed, "device": device, "policy_kwargs": {"net_arch": options.pop("net_arch")}}
    if isinstance(request, PpoRequest | DqnRequest):
        return _in_the_maze(request, options)
    return _in_an_environment(request, EnvironmentMaker(request.env_id, environments), options)


def _in_the_maze(request: PpoRequest | DqnRequest, options: dict[str, Any]) -> BaseAlgorithm:
    def play() -> Monitor:
        return Monitor(MazeEnv(request.maze_size, request.maze_seed, request.steps_per_episode))

    environments = DummyVecEnv([play] * options.pop("n_envs"))
    return _CLASSES[request.algorithm]("MlpPolicy", environments, **options)


def _in_an_environment(request: EnvironmentRequest, make: EnvironmentMaker, options: dict[str, Any]) -> BaseAlgorithm:
    def play() -> Monitor:
        return Monitor(TrainingSeeds(make()))

    first = play()
    check_spaces(request, first)
    copies: list[Callable[[], gymnasium.Env]] = [lambda: first, *[play] * (options.pop("n_envs") - 1)]
    environments: VecEnv = DummyVecEnv(copies)
    if options.pop("normalize", False):
        environments = VecNormalize(environments, gamma=request.gamma)
    if options.pop("linear_schedule"):
        options |= {name: _falling(options[name]) for name in _FALLING if name in options}
    if (kind := policy_kind(first)) == "MultiInputPolicy":
        options["policy_kwargs"]["features_extractor_class"] = PartsExtractor
    return _CLASSES[request.algorithm](kind, environments, **options)


def _falling(value: float) -> Callable[[float], float]:
    """Returns a schedule that falls linearly from `value` to zero over the training."""
    return lambda remaining: remaining * value


def _avoid_compiler_import() -> None:
    """Keeps optimisers from importing torch's compiler before the first update.

    This saves one of two seconds before the first episode. It has no effect if torch imports it in another way.
    """
    for method in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        function = getattr(getattr(torch.optim.Optimizer, method), "__wrapped__", None)
        if function is not None:
            function.__dict__.setdefault("__dynamo_disable", function)
