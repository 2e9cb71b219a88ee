"""Answers of the scheduler's REST API, which the dashboard passes on."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.health import Alive
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
    """The result of a request to start: the first of its runs, and all of them."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    status: str
    runs: list[StartedRun] = []


class Stopped(BaseModel):
    """The result of a request to stop: "stopping", or "killed" for one that was still waiting."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    status: str


class Queued(BaseModel):
    """A training's present position in the queue; `place` counts from 1."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    state: TrainingState
    place: int | None = None


class TrainingList(BaseModel):
    """All trainings that wait or run, and the newest finished ones; `busy` of the `slots` are taken."""

    model_config = ConfigDict(frozen=True)

    trainings: list[Training] = []
    slots: int = Field(0, ge=0)
    busy: int = Field(0, ge=0)
    scheduler: str = ""
    host: str = ""


class TrainerList(BaseModel):
    """The trainers that can be started."""

    model_config = ConfigDict(frozen=True)

    trainers: list[OfferedTrainer]


class FoundLine(BaseModel):
    """A line of a log, and the byte offset of its beginning."""

    model_config = ConfigDict(frozen=True)

    at: int
    line: str


class LogFound(BaseModel):
    """The lines of a log that contain a text, newest first, searched back to byte `searched_to`; the log has `size`
    bytes.
    """

    model_config = ConfigDict(frozen=True)

    lines: list[FoundLine]
    searched_to: int
    size: int


class LogPieceHeaders(BaseModel):
    """The headers of a piece of a log."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    ends: int = Field(ge=0, lt=2**53, alias=LOG_ENDS, description="The byte at which the next piece begins.")
    size: int = Field(ge=0, lt=2**53, alias=LOG_SIZE, description="The log's present size in bytes.")

    @property
    def headers(self) -> dict[str, str]:
        """As they are sent."""
        return {name: str(value) for name, value in self.model_dump(by_alias=True).items()}


class SchedulerHealth(Alive):
    """Whether the scheduler itself works; `mlflow` is "ok", or what is wrong with it."""

    scheduler: str = Field(description="the scheduler's id")
    slots: int
    busy: int = Field(description="the number of slots in use")
    waiting: int = Field(description="the number of trainings that wait in the queue")
    is_read: bool = Field(description="whether the queue was read from MLflow")
    mlflow: str
