"""Environments of Gymnasium's that the form offers, and of which it is known here how they are acted in."""

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
"""What others have is known where they are installed: they are checked by the scheduler and by the trainer."""
ACTS_IN: Final[dict[str, tuple[Acting, ...]]] = {
    "PPO": ("discrete", "continuous"),
    "DQN": ("discrete",),
    "SAC": ("continuous",),
}
"""Which kinds of actions an algorithm of Stable-Baselines3's chooses."""
