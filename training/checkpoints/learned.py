"""What an agent has learned, as tensors: its networks, and the state of their optimisers."""

from typing import Any

import torch
from stable_baselines3 import SAC
from stable_baselines3.common.base_class import BaseAlgorithm


def weights_of(agent: BaseAlgorithm) -> dict[str, Any]:
    """Returns the tensors of an agent; SAC has three optimisers, and an entropy coefficient."""
    if not isinstance(agent, SAC):
        return {"policy": agent.policy.state_dict(), "optimizer": agent.policy.optimizer.state_dict()}
    return {
        "policy": agent.policy.state_dict(),
        "log_ent_coef": agent.log_ent_coef.detach(),
        **{name: one.state_dict() for name, one in _optimizers(agent).items()},
    }


def load_weights(agent: BaseAlgorithm, tensors: dict[str, Any]) -> None:
    """Loads these tensors into an agent; raises KeyError, RuntimeError or ValueError if they are of a different one."""
    agent.policy.load_state_dict(tensors["policy"])
    if not isinstance(agent, SAC):
        agent.policy.optimizer.load_state_dict(tensors["optimizer"])
        return
    for name, one in _optimizers(agent).items():
        one.load_state_dict(tensors[name])
    with torch.no_grad():
        agent.log_ent_coef.copy_(tensors["log_ent_coef"])


def _optimizers(agent: SAC) -> dict[str, torch.optim.Optimizer]:
    policy = agent.policy
    return {"actor": policy.actor.optimizer, "critic": policy.critic.optimizer, "chance": agent.ent_coef_optimizer}
