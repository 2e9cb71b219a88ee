"""One training: its state, its possible actions, and its progress."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.message_data import MessageField
from domain.trainings.fields import Value


class TrainingState(StrEnum):
    """The state of a training."""

    QUEUED = "queued"
    HELD = "held"
    STARTING = "starting"
    TRAINING = "training"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"


WAITING: Final = frozenset({TrainingState.QUEUED, TrainingState.HELD})
ALIVE: Final = frozenset({TrainingState.STARTING, TrainingState.TRAINING, TrainingState.STOPPING})
OVER: Final = frozenset({TrainingState.DONE, TrainingState.FAILED, TrainingState.KILLED})
MLFLOW_STATUS: Final = {
    **dict.fromkeys(WAITING, "SCHEDULED"),
    **dict.fromkeys(ALIVE, "RUNNING"),
    TrainingState.DONE: "FINISHED",
    TrainingState.FAILED: "FAILED",
    TrainingState.KILLED: "KILLED",
}
"""The status that MLflow shows for a state."""


class TrainingAction(StrEnum):
    """An action of a user on a training."""

    STOP = "stop"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    FIRST = "first"
    CONTINUE = "continue"
    FORK = "fork"


_QUEUE: Final = (TrainingAction.CANCEL, TrainingAction.FIRST)
ACTIONS: Final[dict[TrainingState, tuple[TrainingAction, ...]]] = {
    TrainingState.QUEUED: (*_QUEUE, TrainingAction.HOLD),
    TrainingState.HELD: (*_QUEUE, TrainingAction.RELEASE),
    TrainingState.STARTING: (TrainingAction.STOP,),
    TrainingState.TRAINING: (TrainingAction.STOP,),
    TrainingState.STOPPING: (),
    TrainingState.DONE: (),
    TrainingState.FAILED: (),
    TrainingState.KILLED: (),
}
"""The possible actions in a state; CONTINUE and FORK also need a checkpoint."""

Milliseconds = Annotated[int, Field(ge=0, lt=2**53)]


class StoredRequest(BaseModel):
    """The part of a request that MLflow stores, for one run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trainer: str
    values: dict[str, Value]


class TrainingProgress(BaseModel):
    """The progress of a training, as reported by its program; None where it is not reported.

    `reward` and `loss` are of the newest episode or update, `success_rate` is a share of 1. The training ends after
    `episodes` or, if it is counted by them, after `steps_asked`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at_ms: Milliseconds
    episode: int | None = Field(None, ge=0)
    episodes: int | None = Field(None, ge=1)
    steps: int | None = Field(None, ge=0)
    steps_asked: int | None = Field(None, ge=1)
    reward: float | None = None
    loss: float | None = None
    success_rate: float | None = None
    steps_per_second: float | None = Field(None, ge=0)
    seconds_left: float | None = Field(None, ge=0)


class Training(BaseModel):
    """A training as the scheduler reports it; `place` counts from 1 among those that wait.

    `reason` is why it waits, or how it ended. Times are Unix ms.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    trainer: str
    experiment: str
    values: dict[str, Value]
    seed: int | None = None
    state: TrainingState
    actions: tuple[TrainingAction, ...] = ()
    place: int | None = None
    reason: MessageField | None = None
    remark: MessageField | None = None
    by: str | None = None
    host: str = ""
    attempt: int = 0
    asked_ms: Milliseconds
    started_ms: Milliseconds | None = None
    ended_ms: Milliseconds | None = None
    exit_code: int | None = None
    gpus: tuple[int, ...] = ()
    progress: TrainingProgress | None = None


class LivePoints(BaseModel):
    """A growing curve as it is drawn: x is the episode, or else the step; at most 300 points."""

    model_config = ConfigDict(frozen=True)

    key: str
    x: list[float]
    y: list[float | None]


class LogPart(BaseModel):
    """Lines of a log: `begins` and `ends` are byte offsets, `size` is the log's present size."""

    model_config = ConfigDict(frozen=True)

    begins: int
    ends: int
    size: int
    lines: list[str]


class TrainingMessage(BaseModel):
    """A message of `/ws/training/<run_id>` with everything its page shows, so that any message may be missed."""

    model_config = ConfigDict(frozen=True)

    training: Training
    curves: list[LivePoints] = []
    log: LogPart
