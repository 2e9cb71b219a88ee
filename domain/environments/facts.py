"""What is known of an environment before anything is played in it."""

from pydantic import BaseModel, ConfigDict, Field

from domain.environments.spaces import Space
from domain.message_data import MessageField


class EnvironmentFacts(BaseModel):
    """An environment's spaces, its pace and what counts as success there.

    `render_fps` is its own rate, in frames per second. `most_steps` is where an episode is cut off. `success` says in
    one word what counts: "is_success" or another field of the environment's `info`, "reward_threshold" (an episode's
    return reaches it), "terminated" (the episode ends by itself); None where the environment does not tell.
    """

    model_config = ConfigDict(frozen=True)

    env_id: str
    observation_space: Space
    action_space: Space
    action_names: tuple[str, ...] | None = None
    render_fps: float | None = Field(None, gt=0)
    can_render: bool = False
    undrawable: MessageField | None = Field(None, description="why it cannot be drawn")
    most_steps: int | None = Field(None, ge=1)
    reward_threshold: float | None = None
    success: str | None = None
    variants: tuple[str, ...] = Field((), description="distributions beyond the training's, by the operator's file")
