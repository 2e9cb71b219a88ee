"""What of a training's progress lies outside of its agent."""

from pydantic import BaseModel, ConfigDict, Field


class Counters(BaseModel):
    """How far the episodes are; `update_loss` is of the newest update, which no episode may have shown yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finished: int = Field(ge=0)
    successes: list[bool] = Field(max_length=100)
    updates_logged: int = Field(ge=0)
    update_loss: float | None = None
