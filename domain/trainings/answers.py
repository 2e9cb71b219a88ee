"""What the scheduler answers over REST, and the dashboard after it."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.trainings.trainer import OfferedTrainer
from domain.trainings.training import Training, TrainingState

LOG_ENDS: Final = "X-Log-Ends"
LOG_SIZE: Final = "X-Log-Size"


class StartedRun(BaseModel):
    """One run of a request: `status` is "started" or "queued"."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    seed: int | None = None
    status: str


class Started(BaseModel):
    """What a request to start made: the first of its runs, and all of them."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    status: str
    runs: list[StartedRun] = []


class Stopped(BaseModel):
    """What became of a request to stop: "stopping", or "killed" of one that only waited."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    status: str


class Queued(BaseModel):
    """Where a training stands in the queue now; `place` counts from 1."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    state: TrainingState
    place: int | None = None


class TrainingList(BaseModel):
    """All trainings that wait or run, and the newest that are over; of how many slots so many are taken."""

    model_config = ConfigDict(frozen=True)

    trainings: list[Training] = []
    slots: int = Field(0, ge=0)
    busy: int = Field(0, ge=0)
    scheduler: str = ""
    host: str = ""


class TrainerList(BaseModel):
    """What can be started."""

    model_config = ConfigDict(frozen=True)

    trainers: list[OfferedTrainer]


class FoundLine(BaseModel):
    """A line of a log, and the byte at which it begins."""

    model_config = ConfigDict(frozen=True)

    at: int
    line: str


class LogFound(BaseModel):
    """Where a text stands in a log, the newest first, as far back as `searched_to`; the log has `size` bytes."""

    model_config = ConfigDict(frozen=True)

    lines: list[FoundLine]
    searched_to: int
    size: int


class LogPieceHeaders(BaseModel):
    """What is said beside a piece of a log: the byte at which the next begins, and how many there are by now."""

    model_config = ConfigDict(frozen=True)

    ends: int = Field(ge=0, lt=2**53, alias=LOG_ENDS)
    size: int = Field(ge=0, lt=2**53, alias=LOG_SIZE)
