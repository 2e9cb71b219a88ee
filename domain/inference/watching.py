"""Messages of `/ws/inference` for a policy in other environments than the maze: frames, scores and values."""

from math import prod
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import BoxSpace, DiscreteSpace, MultiDiscreteSpace, Space
from domain.message_data import MessageField

MAX_PASSED: Final = 500
MAX_LISTED: Final = 64
"""The most actions, or dimensions of one, that are sent with names, bounds and scores."""
Numbers = Annotated[list[float], Field(max_length=MAX_LISTED)]
MAX_STEPS_A_SECOND: Final = 60.0
USUAL_STEPS_A_SECOND: Final = 15.0
"""The rate of an environment that does not define its own."""
ActionKind = Literal["discrete", "continuous", "multi_discrete", "multi_binary", "other"]
_KINDS: Final[dict[str, ActionKind]] = {
    "box": "continuous",
    "discrete": "discrete",
    "multi_discrete": "multi_discrete",
    "multi_binary": "multi_binary",
}


class EnvironmentView(BaseModel):
    """An environment's data for a page that shows it.

    `names` are of the actions, or of an action's dimensions where it has several; `low` and `high` are a continuous
    action's bounds, None where it has none; `choices` holds the number of choices in each dimension of a
    "multi_discrete" action. `steps_per_second` is the environment's own rate.
    """

    model_config = ConfigDict(frozen=True)

    env_id: str
    action_kind: ActionKind
    names: list[str] = Field([], max_length=MAX_LISTED)
    low: list[float | None] = Field([], max_length=MAX_LISTED)
    high: list[float | None] = Field([], max_length=MAX_LISTED)
    choices: list[int] = Field([], max_length=MAX_LISTED)
    steps_per_second: float = Field(gt=0)
    can_render: bool = True
    undrawable: MessageField | None = Field(None, description="why it cannot be drawn")
    most_steps: int | None = None
    reward_threshold: float | None = None
    success: str | None = Field(None, description="what counts as success; None where the environment tells none")


def view_of(facts: EnvironmentFacts) -> EnvironmentView:
    """Returns an environment's data for a page."""
    space = facts.action_space
    return EnvironmentView(
        env_id=facts.env_id,
        action_kind=_KINDS.get(space.kind, "other"),
        names=list((facts.action_names or ())[:MAX_LISTED]),
        low=_bounds(space, "low"),
        high=_bounds(space, "high"),
        choices=[space.n] if isinstance(space, DiscreteSpace) else _choices(space),
        steps_per_second=min(MAX_STEPS_A_SECOND, facts.render_fps or USUAL_STEPS_A_SECOND),
        can_render=facts.can_render,
        undrawable=facts.undrawable,
        most_steps=facts.most_steps,
        reward_threshold=facts.reward_threshold,
        success=facts.success,
    )


def first_choice(space: Space) -> int:
    """Returns the environment's number for the first of an action's choices."""
    return space.start if isinstance(space, DiscreteSpace) else 0


def _choices(space: Space) -> list[int]:
    return list(space.nvec[:MAX_LISTED]) if isinstance(space, MultiDiscreteSpace) else []


def _bounds(space: Space, which: Literal["low", "high"]) -> list[float | None]:
    """Returns the bound of each dimension, up to the limit."""
    if not isinstance(space, BoxSpace):
        return []
    bounds = space.low if which == "low" else space.high
    count = min(MAX_LISTED, prod(space.shape))
    return list(bounds[:count]) if isinstance(bounds, tuple) else [bounds] * count


class ScoresView(BaseModel):
    """The policy's scores of the actions in the present state; `kind` is their meaning."""

    model_config = ConfigDict(frozen=True)

    kind: str
    values: Numbers


class FrameView(BaseModel):
    """A picture of the environment; `webp` is in base64."""

    model_config = ConfigDict(frozen=True)

    webp: str
    width: int = Field(gt=0)
    height: int = Field(gt=0)


class PassedStep(BaseModel):
    """A step since the previous message."""

    model_config = ConfigDict(frozen=True)

    step: int = Field(ge=0)
    reward: float
    cumulative_reward: float


class WatchedStep(BaseModel):
    """The state of an episode after a step, and the policy's scores there; step 0 is the start.

    `action` led here (None at the start); `scores`, `value` and `next_action` are the policy's here, and unchanged
    after the end. Not every step has its own message: those since the previous message are in `passed`, oldest first.
    `frame` is None where none is requested, or the viewer is behind. `number` counts this viewer's messages, for
    "seen". `server_ts` is in Unix ms. `latency_ms` is the time of this step's inference, including its wait for others;
    the percentiles are over the engine's recent ones.
    """

    model_config = ConfigDict(frozen=True)

    episode: int = Field(ge=0, description="counts the episodes of this viewer")
    number: int = Field(ge=0)
    seed: int = Field(ge=0)
    step: int = Field(ge=0)
    reward: float
    cumulative_reward: float
    action: int | Numbers | None
    next_action: int | Numbers | None = None
    done: bool
    success: bool | None = Field(None, description="None while it lasts, and where the environment does not tell")
    truncated: bool = Field(False, description="whether the environment's own limit of steps ended it")
    running: bool = Field(description="whether the next step comes by itself")
    server_ts: float
    scores: ScoresView | None = None
    value: float | None = None
    model_id: str
    model_name: str | None = None
    is_active: bool = Field(description="whether it was the active model at the last reset")
    latency_ms: float = Field(ge=0)
    latency_p50_ms: float | None = Field(None, ge=0)
    latency_p95_ms: float | None = Field(None, ge=0)
    environment: EnvironmentView | None = Field(
        None, description="with step 0 only", exclude_if=lambda one: one is None
    )
    passed: list[PassedStep] = Field([], max_length=MAX_PASSED)
    frame: FrameView | None = None
