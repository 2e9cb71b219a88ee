"""A job in Ray's answer, and the training's state that follows from it."""

import signal
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.errors.trainings.cluster import ClusterFailed, QueuedByCluster
from domain.errors.trainings.reasons import NotLaunched
from domain.messages import Text
from scheduler.backends.backend import Alive, Exited, Pending, Status
from scheduler.ray_jobs.attempt_record import AttemptRecord
from transport.words import shown


class JobStatus(StrEnum):
    """Ray's status of a job."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


OVER: Final = frozenset({JobStatus.STOPPED, JobStatus.SUCCEEDED, JobStatus.FAILED})
_NEVER_TOOK_OFF: Final = frozenset(
    {
        *("RUNTIME_ENV_SETUP_FAILURE", "JOB_SUPERVISOR_ACTOR_START_FAILURE", "JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE"),
        *("JOB_SUPERVISOR_ACTOR_START_TIMEOUT", "JOB_ENTRYPOINT_COMMAND_START_ERROR"),
    }
)
_NODE_DIED: Final = "JOB_SUPERVISOR_ACTOR_DIED"


class Job(BaseModel):
    """One submission; times are Unix ms, and `start_time` is when it was submitted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    submission_id: str
    status: JobStatus
    message: str | None = None
    error_type: str | None = None
    start_time: int | None = Field(None, ge=0, lt=2**53)
    end_time: int | None = Field(None, ge=0, lt=2**53)
    driver_exit_code: int | None = Field(None, gt=-(2**31), lt=2**31)

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in any way."""
        return self.status in OVER

    @property
    def waited_too_long(self) -> bool:
        """Whether Ray gave up waiting for room, for example after 15 minutes: nothing of it ever ran."""
        return self.status == JobStatus.FAILED and self.error_type == "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"

    @property
    def reason(self) -> Text:
        """Ray's own message, shortened to one line."""
        return Text(shown((self.message or self.error_type or self.status.value)[:20_000]))


def status_of(job: Job, record: AttemptRecord, now_ms: int) -> Status:
    """Returns the state of the training behind a job."""
    if job.status == JobStatus.PENDING:
        return Pending(QueuedByCluster(job.reason) if job.message else None)
    if job.status == JobStatus.RUNNING:
        return Alive(record.running_ms, (), record.is_stopping, record.stopped_by)
    ended = _exited(job, record.is_stopping, now_ms if job.end_time is None else job.end_time)
    return ended._replace(stopped_by=record.stopped_by)


def _exited(job: Job, was_stopping: bool, at_ms: int) -> Exited:
    was_stopped = was_stopping or job.status == JobStatus.STOPPED
    code = 0 if job.status == JobStatus.SUCCEEDED else job.driver_exit_code
    if code is not None:
        return Exited(at_ms, code if code >= 0 else None, _signal_name(-code) if code < 0 else None, None, was_stopped)
    if was_stopped:
        return Exited(at_ms, was_stopped=True)
    if job.error_type in _NEVER_TOOK_OFF:
        return Exited(at_ms, failure=NotLaunched(job.reason))
    return Exited(at_ms, failure=ClusterFailed(job.reason), was_interrupted=job.error_type == _NODE_DIED)


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in {*signal.Signals} else str(number)
