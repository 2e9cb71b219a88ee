"""The part of a training's progress that its agent does not hold."""

from pydantic import BaseModel, ConfigDict, Field


class Counters(BaseModel):
    """The progress in episodes; `update_loss` is of the newest update, which no episode may have logged yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finished: int = Field(ge=0)
    successes: list[bool] = Field(max_length=100)
    updates_logged: int = Field(ge=0)
    update_loss: float | None = None
