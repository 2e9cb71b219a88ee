"""Hyperparameters that several requests share, each with its title, help and limits; the requests set the defaults."""

from typing import Any, Final

from pydantic_core import PydanticCustomError

from domain.messages import template
from domain.trainings.hyperparameters.declaring import hyper

# Pydantic's text for this validator's error; domain/errors/misfits.py has the translations.
EPSILON_RISES: Final = "should be at most {most}, the initial exploration rate"
_STEPS: Final = template("steps")


def net_arch(*default: int) -> Any:
    """Declares the hidden layers of all networks."""
    return hyper(default, template("Hidden layers"), template("Units of each, from the input on, such as 64, 64."))


def learning_rate(default: float) -> Any:
    """Declares the optimiser's learning rate."""
    return hyper(default, template("Learning rate"), template("Step size of each update."), gt=0, le=1)


def gamma() -> Any:
    """Declares the discount, which has the same default everywhere."""
    help_text = template("How much a reward one step later is worth (gamma).")
    return hyper(0.99, template("Discount"), help_text, ge=0, le=1)


def batch_size(default: int) -> Any:
    """Declares the batch size of one gradient."""
    return hyper(
        default, template("Batch size"), template("How many steps each gradient is computed from."), ge=2, le=65_536
    )


def rollout_steps(default: int, help_text: str) -> Any:
    """Declares PPO's `n_steps`."""
    return hyper(default, template("Steps between updates"), help_text, ge=8, le=8192, unit=_STEPS)


def n_epochs() -> Any:
    """Declares PPO's epochs, which have the same default everywhere."""
    return hyper(
        10, template("Epochs"), template("How many passes each update makes over the collected steps."), ge=1, le=100
    )


def gae_lambda() -> Any:
    """Declares PPO's λ, which has the same default everywhere."""
    help_text = template("How strongly later rewards count in an action's advantage.")
    return hyper(0.95, template("GAE lambda"), help_text, ge=0, le=1)


def clip_range() -> Any:
    """Declares PPO's clip range, which has the same default everywhere."""
    return hyper(0.2, template("Clip range"), template("How far an update may change the policy."), gt=0, le=1)


def ent_coef(default: float) -> Any:
    """Declares the weight of PPO's entropy bonus."""
    help_text = template("Weight of the entropy bonus, which rewards random actions.")
    return hyper(default, template("Entropy coefficient"), help_text, ge=0, le=1)


def buffer_size(default: int) -> Any:
    """Declares the size of the replay buffer of DQN and SAC."""
    help_text = template("How many steps are kept in the replay buffer.")
    return hyper(default, template("Replay buffer"), help_text, ge=100, le=1_000_000, unit=_STEPS)


def learning_starts(default: int) -> Any:
    """Declares the number of steps before DQN and SAC learn."""
    help_text = template("Steps with random actions before the first update.")
    return hyper(default, template("Learning starts"), help_text, ge=0, le=1_000_000, unit=_STEPS)


def train_freq(default: int) -> Any:
    """Declares the number of steps between updates of DQN and SAC."""
    help_text = template("How many steps are played between two updates.")
    return hyper(default, template("Steps between updates"), help_text, ge=1, le=1000, unit=_STEPS)


def target_update_interval(default: int) -> Any:
    """Declares the number of steps between updates of DQN's target network."""
    help_text = template("Steps after which the target network is updated.")
    return hyper(default, template("Target update"), help_text, ge=1, le=1_000_000, unit=_STEPS)


def exploration_fraction() -> Any:
    """Declares the share of the training in which DQN's exploration rate falls, with one default."""
    help_text = template("The share of the training over which the exploration rate falls to its final value.")
    return hyper(0.1, template("Exploration"), help_text, ge=0, le=1)


def exploration_initial_eps() -> Any:
    """Declares DQN's initial exploration rate, with one default."""
    help_text = template("Probability of a random action at the start of the training.")
    return hyper(1.0, template("Initial exploration rate"), help_text, ge=0, le=1)


def exploration_final_eps() -> Any:
    """Declares DQN's final exploration rate, with one default."""
    help_text = template("Probability of a random action at the end of the training.")
    return hyper(0.05, template("Final exploration rate"), help_text, ge=0, le=1)


def check_rollout(n_steps: int, n_envs: int, batch_size: int, kind: str, text: str) -> None:
    """Raises pydantic's error of this kind if a batch has more steps than are collected for it."""
    if batch_size > (most := n_envs * n_steps):
        raise PydanticCustomError(kind, text, {"field": "batch_size", "most": most})


def check_exploration(first: float, last: float) -> None:
    """Raises pydantic's error if DQN's exploration rate would rise."""
    if last > first:
        raise PydanticCustomError("epsilon_rises", EPSILON_RISES, {"field": "exploration_final_eps", "most": first})
