"""What is asked of the scheduler beside the fields of a trainer's form."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from domain.trainings.maze.form import NAME
from domain.trainings.training import TrainingAction

RunId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
RequestId = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
QUEUE_ACTIONS: Final = frozenset(
    {TrainingAction.FIRST, TrainingAction.HOLD, TrainingAction.RELEASE, TrainingAction.CANCEL}
)
"""What is done with a training that waits."""


class _FilledForm(BaseModel):
    """A request with the fields of a form beside its own, all in one object."""

    model_config = ConfigDict(frozen=True, extra="allow")

    __pydantic_extra__: dict[str, JsonValue]

    request_id: RequestId | None = Field(
        None, description="Of your making: what comes again under the same id is started once."
    )

    @property
    def filled(self) -> dict[str, Any]:
        """The fields of the form."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def to_send(self) -> dict[str, Any]:
        """As the scheduler takes it."""
        return self.model_dump(exclude_none=True) | self.filled


class StartRequest(_FilledForm):
    """A training to start: which trainer, and its fields, of which those without a default have to be there."""

    trainer: str = Field(NAME, max_length=60)


class ForkRequest(_FilledForm):
    """A training to go on in a run of its own from another one's checkpoint, with these fields changed."""

    run_id: RunId


class RunRequest(BaseModel):
    """Which training is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: RunId


class QueueRequest(RunRequest):
    """What is to be done with a waiting training."""

    action: TrainingAction = Field(description="first, hold, release or cancel")


class LogQuery(BaseModel):
    """Which lines of a log: the last `lines` before a byte, or those in which a text stands."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    before: int | None = Field(None, ge=0, lt=2**53, description="Only what stands before this byte of the log.")
    lines: int = Field(200, ge=1, le=1000, description="How many lines; 200 if absent.")
    q: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Instead: the lines in which this text stands, the newest first.",
    )
