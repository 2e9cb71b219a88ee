"""What a training in the maze can be asked for; the names of hyperparameters are Stable-Baselines3's.

Title, description, unit and section of a field are what the form shows.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, LARGEST, MAX_STEPS, SMALLEST
from domain.messages import template

Algorithm = Literal["PPO", "DQN"]
HYPERPARAMETERS: Final = template("Hyperparameters")
# As pydantic says what a validator of ours refuses; domain/errors/misfits.py has them in all languages.
BATCH_TOO_LARGE: Final = "should be at most {most}, the steps that all mazes collect between two updates"
EPSILON_RISES: Final = "should be at most {most}, the chance at the start"


def _layers(told: Any) -> Any:
    """The text of a form: "64, 64"."""
    return [part.strip() for part in told.split(",")] if isinstance(told, str) else told


def _hyper(default: Any, title: str, description: str, *, unit: str = "", **limits: Any) -> Any:
    more: Any = {"unit": unit, "section": HYPERPARAMETERS}
    return Field(default, title=title, description=description, json_schema_extra=more, **limits)


Layers = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1024)], ...], BeforeValidator(_layers), Field(min_length=1, max_length=4)
]


class _MazeRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    episodes: int = Field(
        1000, ge=1, le=10_000, title=template("Episodes"), description=template("How many walks it learns from.")
    )
    steps_per_episode: int = Field(
        MAX_STEPS,
        ge=100,
        le=10_000,
        title=template("Steps per episode"),
        description=template("A walk that has not reached the goal by then ends there."),
    )
    environment: Literal["maze"] = Field(
        "maze", title=template("Environment"), description=template("Where the agent acts.")
    )
    maze_size: int = Field(
        DEFAULT_SIZE,
        ge=SMALLEST,
        le=LARGEST,
        title=template("Maze size"),
        description=template("Cells of one side; a larger maze needs more episodes."),
        json_schema_extra={"unit": template("cells")},
    )
    maze_seed: int = Field(
        DEFAULT_SEED,
        ge=0,
        le=2**32 - 1,
        title=template("Maze seed"),
        description=template("Which maze of that size: the same number is the same maze."),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title=template("Seeds"),
        description=template("Of networks, exploration and start cells: 7, or 1-5 for five runs."),
    )
    n_envs: int = _hyper(
        8, template("Mazes side by side"), template("How many walks are played at the same time."), ge=1, le=64
    )
    net_arch: Layers = _hyper(
        (64, 64), template("Hidden layers"), template("Units of each, from the input on, such as 64, 64.")
    )
    learning_rate: float = _hyper(1e-3, template("Learning rate"), template("How far each update goes."), gt=0, le=1)
    gamma: float = _hyper(
        0.99, template("Discount"), template("What a reward one step later is worth (gamma)."), ge=0, le=1
    )

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The fields that go to the agent, by Stable-Baselines3's names but for `n_envs` and `net_arch`."""
        names = [name for name, one in type(self).model_fields.items() if _section(one) == HYPERPARAMETERS]
        return {name: _plain(getattr(self, name)) for name in names}


class PpoRequest(_MazeRequest):
    """A training by PPO."""

    algorithm: Literal["PPO"]
    n_steps: int = _hyper(
        128,
        template("Steps between updates"),
        template("How many steps each maze is played between two updates."),
        ge=8,
        le=8192,
        unit=template("steps"),
    )
    batch_size: int = _hyper(256, template("Batch size"), template("Steps that one gradient is of."), ge=2, le=65_536)
    n_epochs: int = _hyper(
        10, template("Epochs"), template("How often each update goes over what was collected."), ge=1, le=100
    )
    gae_lambda: float = _hyper(
        0.95, template("GAE lambda"), template("How far rewards that came later count for an action."), ge=0, le=1
    )
    clip_range: float = _hyper(
        0.2, template("Clip range"), template("How far an update may change the policy."), gt=0, le=1
    )
    ent_coef: float = _hyper(
        0.05, template("Entropy coefficient"), template("How much chance is rewarded for itself."), ge=0, le=1
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.batch_size > (most := self.n_envs * self.n_steps):
            raise PydanticCustomError("batch_too_large", BATCH_TOO_LARGE, {"field": "batch_size", "most": most})
        return self


class DqnRequest(_MazeRequest):
    """A training by DQN."""

    algorithm: Literal["DQN"]
    n_envs: int = _hyper(
        4, template("Mazes side by side"), template("How many walks are played at the same time."), ge=1, le=64
    )
    buffer_size: int = _hyper(
        50_000,
        template("Replay buffer"),
        template("How many steps are remembered."),
        ge=100,
        le=1_000_000,
        unit=template("steps"),
    )
    learning_starts: int = _hyper(
        1000,
        template("Learning starts"),
        template("Steps by chance before the first update."),
        ge=0,
        le=1_000_000,
        unit=template("steps"),
    )
    batch_size: int = _hyper(64, template("Batch size"), template("Steps that one gradient is of."), ge=2, le=65_536)
    train_freq: int = _hyper(
        1,
        template("Steps between updates"),
        template("How many steps are played between two updates."),
        ge=1,
        le=1000,
        unit=template("steps"),
    )
    gradient_steps: int = _hyper(
        1, template("Gradient steps"), template("How many gradients each update follows."), ge=1, le=1000
    )
    target_update_interval: int = _hyper(
        500,
        template("Target update"),
        template("Steps after which the target network is renewed."),
        ge=1,
        le=1_000_000,
        unit=template("steps"),
    )
    exploration_fraction: float = _hyper(
        0.1,
        template("Exploration"),
        template("The share of the training over which chance falls to its end."),
        ge=0,
        le=1,
    )
    exploration_initial_eps: float = _hyper(
        1.0, template("Chance at the start"), template("How often an action is drawn by chance at first."), ge=0, le=1
    )
    exploration_final_eps: float = _hyper(
        0.05, template("Chance at the end"), template("How often an action is drawn by chance in the end."), ge=0, le=1
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.exploration_final_eps > (most := self.exploration_initial_eps):
            more = {"field": "exploration_final_eps", "most": most}
            raise PydanticCustomError("epsilon_rises", EPSILON_RISES, more)
        return self


MazeRequest = Annotated[PpoRequest | DqnRequest, Field(discriminator="algorithm")]
REQUESTS: Final[dict[str, type[PpoRequest] | type[DqnRequest]]] = {"PPO": PpoRequest, "DQN": DqnRequest}
MAZE_REQUEST: Final[TypeAdapter[PpoRequest | DqnRequest]] = TypeAdapter(MazeRequest)


def _section(field: Any) -> str:
    more = field.json_schema_extra
    return str(more.get("section", "")) if isinstance(more, dict) else ""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
