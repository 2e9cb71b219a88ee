"""The facts of an environment that are known before an episode is played."""

from pydantic import BaseModel, ConfigDict, Field

from domain.environments.spaces import Space
from domain.message_data import MessageField


class EnvironmentFacts(BaseModel):
    """An environment's spaces, frame rate and success criterion.

    `render_fps` is its own rate, in frames per second. `most_steps` is the limit of an episode. `success` names the
    criterion: "is_success" or another field of the environment's `info`, "reward_threshold" (an episode's return
    reaches it), "terminated" (the episode ends by itself); None where the environment defines none.
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
