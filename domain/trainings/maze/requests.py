"""The types of requests for a training in the maze; the names of hyperparameters are Stable-Baselines3's.

The form shows each field's title, description, unit and section.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, MAX_SIZE, MAX_STEPS, MIN_SIZE
from domain.messages import template
from domain.trainings.hyperparameters import shared
from domain.trainings.hyperparameters.declaring import Layers, hyper, hyperparameters_of

Algorithm = Literal["PPO", "DQN"]
# Pydantic's text for this validator's error; domain/errors/misfits.py has the translations.
BATCH_TOO_LARGE: Final = "should be at most {most}, the steps that all mazes collect between two updates"


class _MazeRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    episodes: int = Field(
        1000, ge=1, le=10_000, title=template("Episodes"), description=template("How many episodes it learns from.")
    )
    steps_per_episode: int = Field(
        MAX_STEPS,
        ge=100,
        le=10_000,
        title=template("Steps per episode"),
        description=template("An episode that has not reached the goal by then ends there."),
    )
    environment: Literal["maze"] = Field(
        "maze", title=template("Environment"), description=template("The environment in which the agent acts.")
    )
    maze_size: int = Field(
        DEFAULT_SIZE,
        ge=MIN_SIZE,
        le=MAX_SIZE,
        title=template("Maze size"),
        description=template("Cells per side; a larger maze needs more episodes."),
        json_schema_extra={"unit": template("cells")},
    )
    maze_seed: int = Field(
        DEFAULT_SEED,
        ge=0,
        le=2**32 - 1,
        title=template("Maze seed"),
        description=template("Which maze of that size; the same number is always the same maze."),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title=template("Seeds"),
        description=template("For networks, exploration and start cells: 7, or 1-5 for five runs."),
    )
    n_envs: int = hyper(
        8, template("Mazes side by side"), template("How many episodes are played at the same time."), ge=1, le=64
    )
    net_arch: Layers = shared.net_arch(64, 64)
    learning_rate: float = shared.learning_rate(1e-3)
    gamma: float = shared.gamma()

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The fields that are passed to the agent, by Stable-Baselines3's names except `n_envs` and `net_arch`."""
        return hyperparameters_of(self)


class PpoRequest(_MazeRequest):
    """A training by PPO."""

    algorithm: Literal["PPO"]
    n_steps: int = shared.rollout_steps(128, template("How many steps are played in each maze between two updates."))
    batch_size: int = shared.batch_size(256)
    n_epochs: int = shared.n_epochs()
    gae_lambda: float = shared.gae_lambda()
    clip_range: float = shared.clip_range()
    ent_coef: float = shared.ent_coef(0.05)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        shared.check_rollout(self.n_steps, self.n_envs, self.batch_size, "batch_too_large", BATCH_TOO_LARGE)
        return self


class DqnRequest(_MazeRequest):
    """A training by DQN."""

    algorithm: Literal["DQN"]
    n_envs: int = hyper(
        4, template("Mazes side by side"), template("How many episodes are played at the same time."), ge=1, le=64
    )
    buffer_size: int = shared.buffer_size(50_000)
    learning_starts: int = shared.learning_starts(1000)
    batch_size: int = shared.batch_size(64)
    train_freq: int = shared.train_freq(1)
    gradient_steps: int = hyper(
        1, template("Gradient steps"), template("How many gradient steps each update takes."), ge=1, le=1000
    )
    target_update_interval: int = shared.target_update_interval(500)
    exploration_fraction: float = shared.exploration_fraction()
    exploration_initial_eps: float = shared.exploration_initial_eps()
    exploration_final_eps: float = shared.exploration_final_eps()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        shared.check_exploration(self.exploration_initial_eps, self.exploration_final_eps)
        return self


MazeRequest = Annotated[PpoRequest | DqnRequest, Field(discriminator="algorithm")]
REQUESTS: Final[dict[str, type[PpoRequest] | type[DqnRequest]]] = {"PPO": PpoRequest, "DQN": DqnRequest}
MAZE_REQUEST: Final[TypeAdapter[PpoRequest | DqnRequest]] = TypeAdapter(MazeRequest)
