"""Builds a Stable-Baselines3 agent in its mazes."""

from collections.abc import Mapping
from typing import Final

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from domain.trainings.maze.requests import Algorithm, DqnRequest, PpoRequest
from training.agents.environment import MazeEnv

_CLASSES: Final[Mapping[Algorithm, type[BaseAlgorithm]]] = {"PPO": PPO, "DQN": DQN}


def build_agent(request: PpoRequest | DqnRequest, device: str = "cpu") -> BaseAlgorithm:
    """An untrained agent in `n_envs` copies of the maze; networks, exploration and start cells all follow the seed."""
    _spare_the_compiler()
    torch.set_num_threads(1)  # on 25 inputs a second thread costs more than it brings
    options = request.hyperparameters
    n_envs, net_arch = options.pop("n_envs"), options.pop("net_arch")

    def play() -> Monitor:
        return Monitor(MazeEnv(request.maze_size, request.maze_seed, request.steps_per_episode))

    return _CLASSES[request.algorithm](
        "MlpPolicy",
        DummyVecEnv([play] * n_envs),
        seed=request.seed,
        device=device,
        policy_kwargs={"net_arch": net_arch},
        **options,
    )


def _spare_the_compiler() -> None:
    """Puts off torch's compiler until the first update: optimisers import it when they are made, to be spared by it.

    That is a second of two until the first episode. Where torch does so in another way by then, it is there again.
    """
    for method in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        function = getattr(getattr(torch.optim.Optimizer, method), "__wrapped__", None)
        if function is not None:
            function.__dict__.setdefault("__dynamo_disable", function)
