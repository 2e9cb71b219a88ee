"""Builds a Stable-Baselines3 agent in its mazes."""

from collections.abc import Mapping
from typing import Any

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from domain.inference.maze import Maze
from training.environment import MazeEnv
from training.hyperparameters import Algorithm

_CLASSES: Mapping[Algorithm, type[BaseAlgorithm]] = {"PPO": PPO, "DQN": DQN}


def build_agent(
    algorithm: Algorithm, maze: Maze, seed: int, hyperparameters: Mapping[str, Any], device: str = "cpu"
) -> BaseAlgorithm:
    """An untrained agent in `n_envs` copies of the maze; networks, exploration and start cells all follow `seed`."""
    torch.set_num_threads(1)  # on 25 inputs a second thread costs more than it brings
    options = dict(hyperparameters)
    n_envs, net_arch = options.pop("n_envs"), options.pop("net_arch")
    envs = DummyVecEnv([lambda: Monitor(MazeEnv(maze.size, maze.seed)) for _ in range(n_envs)])
    return _CLASSES[algorithm](
        "MlpPolicy", envs, seed=seed, device=device, policy_kwargs={"net_arch": net_arch}, **options
    )
