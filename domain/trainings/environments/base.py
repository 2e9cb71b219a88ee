"""The fields of every training in an environment; names and defaults are Stable-Baselines3's own."""

from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.messages import template
from domain.trainings.environments.known import ACTIONS_OF, ACTS_IN
from domain.trainings.hyperparameters import shared
from domain.trainings.hyperparameters.declaring import Layers, hyper, hyperparameters_of

ENV_ID: Final = r"^([A-Za-z0-9_-]{1,60}/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$"
"""Gymnasium's ids except `module:id`, which would import a module by name."""
# Pydantic's texts for these validators' errors; domain/errors/misfits.py has the translations.
NEEDS_SEPARATE_ACTIONS: Final = "chooses one of several actions, but those of {env_id} are continuous: use PPO or SAC"
NEEDS_CONTINUOUS_ACTIONS: Final = "chooses continuous actions, but {env_id} has discrete ones: use PPO or DQN"


def _for(until: str, title: str, default: int, most: int, description: str) -> Any:
    more: Any = {"shown_for": {"until": (until,)}}
    return Field(default, ge=1, le=most, title=title, description=description, json_schema_extra=more)


class BaseEnvironmentRequest(BaseModel):
    """The fields of all algorithms: environment, budget, networks and updates."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    algorithm: str
    env_id: str = Field(
        "CartPole-v1",
        max_length=120,
        pattern=ENV_ID,
        title=template("Environment"),
        description=template(
            "The id in Gymnasium, such as CartPole-v1; its package must be installed where the training runs."
        ),
        json_schema_extra={"may_be_path": True, "longest": 120, "suggestions": list(ACTIONS_OF)},
    )
    until: Literal["steps", "episodes"] = Field(
        "steps",
        title=template("Counted by"),
        description=template("Whether a number of steps or of episodes ends the training."),
    )
    steps: int = _for(
        "steps", template("Steps"), 100_000, 100_000_000, template("How many steps it learns from, in all episodes.")
    )
    episodes: int = _for(
        "episodes", template("Episodes"), 1000, 1_000_000, template("How many episodes it learns from.")
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title=template("Seeds"),
        description=template("For networks, exploration and environment: 7, or 1-5 for five runs."),
    )
    n_envs: int = hyper(
        1,
        template("Environments side by side"),
        template("How many episodes are played at the same time."),
        ge=1,
        le=64,
    )
    net_arch: Layers = shared.net_arch(64, 64)
    learning_rate: float = shared.learning_rate(3e-4)
    linear_schedule: bool = hyper(
        False,
        template("Falling rates"),
        template("The learning rate and, with PPO, the clip range decrease linearly to zero by the end."),
    )
    gamma: float = shared.gamma()

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The fields that are passed to the agent."""
        return hyperparameters_of(self)

    @model_validator(mode="after")
    def _acts_as_its_environment(self) -> Self:
        acting = ACTIONS_OF.get(self.env_id)
        if acting is not None and acting not in ACTS_IN[self.algorithm]:
            more = {"field": "algorithm", "env_id": self.env_id}
            if acting == "continuous":
                raise PydanticCustomError("needs_separate_actions", NEEDS_SEPARATE_ACTIONS, more)
            raise PydanticCustomError("needs_continuous_actions", NEEDS_CONTINUOUS_ACTIONS, more)
        return self
