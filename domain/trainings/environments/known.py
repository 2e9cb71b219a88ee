"""Gymnasium environments that the form suggests, with their known kinds of actions."""

from typing import Final, Literal

Acting = Literal["discrete", "continuous"]

ACTIONS_OF: Final[dict[str, Acting]] = {
    "CartPole-v1": "discrete",
    "Acrobot-v1": "discrete",
    "MountainCar-v0": "discrete",
    "MountainCarContinuous-v0": "continuous",
    "Pendulum-v1": "continuous",
    "LunarLander-v3": "discrete",
    "LunarLanderContinuous-v3": "continuous",
    "BipedalWalker-v3": "continuous",
    "FrozenLake-v1": "discrete",
    "CliffWalking-v1": "discrete",
}
"""Other environments are checked by the scheduler and the trainer, where they are installed."""
ACTS_IN: Final[dict[str, tuple[Acting, ...]]] = {
    "PPO": ("discrete", "continuous"),
    "DQN": ("discrete",),
    "SAC": ("continuous",),
}
"""The kinds of actions that each algorithm of Stable-Baselines3 supports."""
