"""Requests to the scheduler besides the fields of a trainer's form."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from domain.trainings.maze.form import NAME
from domain.trainings.training import TrainingAction

RunId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
RequestId = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class QueueAction(StrEnum):
    """The actions for a training that waits."""

    FIRST = TrainingAction.FIRST.value
    HOLD = TrainingAction.HOLD.value
    RELEASE = TrainingAction.RELEASE.value
    CANCEL = TrainingAction.CANCEL.value


QUEUE_ACTIONS: Final = frozenset(map(TrainingAction, QueueAction))


class _FilledForm(BaseModel):
    """A request with the fields of a form and its own in one object."""

    model_config = ConfigDict(frozen=True, extra="allow")

    __pydantic_extra__: dict[str, JsonValue]

    request_id: RequestId | None = Field(
        None, description="An id of your choice; a repeated request with the same id starts nothing new."
    )

    @property
    def filled(self) -> dict[str, Any]:
        """The fields of the form."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def to_send(self) -> dict[str, Any]:
        """The JSON that the scheduler accepts."""
        return self.model_dump(exclude_none=True) | self.filled


class StartRequest(_FilledForm):
    """A request to start a trainer; fields of its form without a default are required."""

    trainer: str = Field(NAME, max_length=60)


class ForkRequest(_FilledForm):
    """A request to continue from another training's checkpoint in a new run, with these fields changed."""

    run_id: RunId


class RunRequest(BaseModel):
    """The id of a training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: RunId


class QueueRequest(RunRequest):
    """A request to change a waiting training's place in the queue."""

    action: QueueAction


class LogFileQuery(BaseModel):
    """Which piece of a log: from a byte on, of bounded length; by default the whole log."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    begins: int | None = Field(None, ge=0, lt=2**53, alias="from", description="The first byte of a piece of the log.")


class LogQuery(BaseModel):
    """The requested lines of a log: the last `lines` before a byte, or those that contain a text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    before: int | None = Field(None, ge=0, lt=2**53, description="Only lines before this byte of the log.")
    lines: int = Field(200, ge=1, le=1000, description="The number of lines.")
    q: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Instead: the lines that contain this text, newest first.",
    )
