"""Requests for PPO in any environment; names and defaults of hyperparameters are Stable-Baselines3's own."""

from typing import Final, Literal, Self

from pydantic import model_validator

from domain.messages import template
from domain.trainings.environments.base import BaseEnvironmentRequest
from domain.trainings.hyperparameters import shared
from domain.trainings.hyperparameters.declaring import hyper

# Pydantic's text for this validator's error; domain/errors/misfits.py has the translations.
ROLLOUT_TOO_SMALL: Final = "should be at most {most}, the steps that all environments collect between two updates"


class PpoEnvironmentRequest(BaseEnvironmentRequest):
    """A training by PPO."""

    algorithm: Literal["PPO"]
    n_envs: int = hyper(
        8,
        template("Environments side by side"),
        template("How many episodes are played at the same time."),
        ge=1,
        le=64,
    )
    n_steps: int = shared.rollout_steps(
        2048, template("How many steps are played in each environment between two updates.")
    )
    batch_size: int = shared.batch_size(64)
    n_epochs: int = shared.n_epochs()
    gae_lambda: float = shared.gae_lambda()
    clip_range: float = shared.clip_range()
    ent_coef: float = shared.ent_coef(0.0)
    normalize: bool = hyper(
        False,
        template("Normalised"),
        template("Observations and rewards are normalised by their running mean and variance (VecNormalize)."),
    )
    use_sde: bool = hyper(
        False,
        template("State-dependent exploration"),
        template("Exploration noise that depends on the observation (gSDE), for continuous actions."),
    )
    sde_sample_freq: int = hyper(
        -1,
        template("Steps between gSDE samples"),
        template("Number of steps after which the exploration noise is drawn again; -1: after each update."),
        ge=-1,
        le=8192,
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        shared.check_rollout(self.n_steps, self.n_envs, self.batch_size, "rollout_too_small", ROLLOUT_TOO_SMALL)
        return self
