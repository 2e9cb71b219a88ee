"""Requests for DQN and SAC in any environment; names and defaults are Stable-Baselines3's own.

Except DQN's buffer, whose default is a million steps: that many images take more memory than most machines have.
"""

from typing import Literal, Self

from pydantic import model_validator

from domain.messages import template
from domain.trainings.environments.base import BaseEnvironmentRequest
from domain.trainings.hyperparameters import shared
from domain.trainings.hyperparameters.declaring import Layers, hyper


class _OffPolicyRequest(BaseEnvironmentRequest):
    buffer_size: int = shared.buffer_size(100_000)
    learning_starts: int = shared.learning_starts(100)
    gradient_steps: int = hyper(
        1,
        template("Gradient steps"),
        template("How many gradient steps each update takes; -1: as many as steps were played."),
        ge=-1,
        le=1000,
    )


class DqnEnvironmentRequest(_OffPolicyRequest):
    """A training by DQN."""

    algorithm: Literal["DQN"]
    learning_rate: float = shared.learning_rate(1e-4)
    batch_size: int = shared.batch_size(32)
    train_freq: int = shared.train_freq(4)
    target_update_interval: int = shared.target_update_interval(10_000)
    exploration_fraction: float = shared.exploration_fraction()
    exploration_initial_eps: float = shared.exploration_initial_eps()
    exploration_final_eps: float = shared.exploration_final_eps()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        shared.check_exploration(self.exploration_initial_eps, self.exploration_final_eps)
        return self


class SacEnvironmentRequest(_OffPolicyRequest):
    """A training by SAC."""

    algorithm: Literal["SAC"]
    net_arch: Layers = shared.net_arch(256, 256)
    buffer_size: int = shared.buffer_size(1_000_000)
    batch_size: int = shared.batch_size(256)
    train_freq: int = shared.train_freq(1)
    tau: float = hyper(
        0.005, template("Target smoothing"), template("How far each update moves the target network (tau)."), gt=0, le=1
    )
