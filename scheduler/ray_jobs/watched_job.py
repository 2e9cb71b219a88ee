"""One attempt on the cluster, in the state last seen."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from domain.errors import BadInput, ClewError, NotFound
from scheduler.backends.backend import Absent, Lost, Pending, Status
from scheduler.ray_jobs.attempt_record import AttemptRecord, AttemptRecords, StoredRecord
from scheduler.ray_jobs.job import Job, JobStatus, status_of
from scheduler.ray_jobs.job_stop import JobStop
from scheduler.ray_jobs.jobs_api import JobsApi
from scheduler.ray_jobs.last_status import LastStatus
from scheduler.ray_jobs.log_copy import LogCopy

LOST_AFTER_SECONDS: Final = 3.0
DOUBT_SECONDS: Final = 30.0
LATE_SECONDS: Final = 6.0
"""So long after its scheduler was killed, a submission may still reach Ray."""
GIVE_UP_SECONDS: Final = 600.0
_log = logging.getLogger(__name__)


class WatchedJob:
    """Ray's state of an attempt: `status` returns it at once, `refresh` reads it, which may take seconds."""

    def __init__(
        self,
        jobs: JobsApi,
        records: AttemptRecords,
        run_id: str,
        attempt: int,
        log_path: Path,
        logged_nothing: Callable[[str], bool],
    ) -> None:
        """Takes `logged_nothing`, which returns whether no program has written into a run; raises a ClewError."""
        self.run_id, self.attempt = run_id, attempt
        self.submission_id = f"{run_id}-{attempt}"
        self.body: Mapping[str, Any] | None = None
        """The submission, for as long as this process lives."""
        self.lock = threading.Lock()
        """Held during calls to Ray, so that no answer overtakes a newer one."""
        self._kept = StoredRecord(records, run_id, attempt)
        self._jobs, self._log_path = jobs, log_path
        self._logged_nothing = logged_nothing
        self.log = LogCopy(jobs, self.submission_id, log_path, self.record.log_begins)
        self._status = LastStatus()
        self._job_stop = JobStop(jobs, self.submission_id)
        self._missing_since: float | None = None
        self._was_pending = False
        self._unwanted_from: float | None = None
        self._may_show_until = time.monotonic() + LATE_SECONDS if self.record.is_doubtful else 0.0
        self.is_settled = False

    @property
    def record(self) -> AttemptRecord:
        """Its record on disk."""
        return self._kept.now

    @property
    def is_waiting(self) -> bool:
        """Whether it waits on the cluster."""
        return self._status.is_waiting

    @property
    def is_running(self) -> bool:
        """Whether its program runs."""
        return self._status.is_running

    def status_of_wanted(self) -> Status:
        """Returns the status of an attempt that is wanted.

        It is not stopped if it appears after being reported as absent.
        """
        self._unwanted_from = None
        found = self.status()
        if isinstance(found, Absent | Lost):
            self._unwanted_from = time.monotonic()
        return found

    def status(self) -> Status:
        """Returns its status; raises a ClewError if Ray did not answer."""
        return self._status.get()

    def mark_unconfirmed(self) -> None:
        """Notes that it may have been submitted: unless it is submitted again soon, it is stopped once it appears."""
        self._unwanted_from = time.monotonic() + DOUBT_SECONDS

    def withdraw(self) -> None:
        """Notes that it will not be submitted again: if an earlier submission appears, it is stopped at once."""
        if self._unwanted_from is not None:
            self._unwanted_from = time.monotonic()

    def trust(self, body: Mapping[str, Any], job: Job) -> None:
        """Notes that it was submitted with this body, and is wanted."""
        self._unwanted_from, self.body = None, body
        self._apply(job)

    @property
    def is_needed(self) -> bool:
        """Whether it has to be polled although no caller asks: it has to be stopped."""
        if self._unwanted_from is not None:
            return not self.is_settled and time.monotonic() < self._unwanted_from + GIVE_UP_SECONDS
        return self.record.is_stopping and not self.is_settled

    def fail(self, error: ClewError) -> None:
        """Notes that Ray did not answer."""
        if not self.is_settled:
            self._status.report(error)

    def settle(self, status: Status) -> None:
        """Notes that it has ended with this status."""
        self.is_settled = True
        self._kept.change_quietly(is_doubtful=False)
        self._status.report(status)

    def prepare(self) -> None:
        """Notes that it is about to be submitted, and that its log follows those of earlier attempts.

        Raises OSError: then nothing may start.
        """
        begins = self._log_path.stat().st_size if self._log_path.exists() else 0
        self._kept.write(log_begins=begins, is_doubtful=True)
        self.log = LogCopy(self._jobs, self.submission_id, self._log_path, begins)

    def keep(self, **changes: Any) -> None:
        """Saves what Ray does not keep; raises OSError, but the change in memory stays."""
        self._kept.change(**changes)

    def refresh(self) -> None:
        """Reads its state, and acts on it: stops it, or submits it again if Ray gave up waiting."""
        with self.lock:
            if self.is_settled:
                return
            try:
                job = self._jobs.job(self.submission_id)
                if job is None:
                    self._handle_missing()
                else:
                    self._handle_job(job)
            except ClewError as error:
                self.fail(error)

    def _apply(self, job: Job) -> None:
        self._missing_since, self._was_pending = None, job.status == JobStatus.PENDING
        self._kept.change_quietly(was_seen=True, is_doubtful=False)
        if job.status == JobStatus.RUNNING and self.record.running_ms is None:
            self._kept.change_quietly(running_ms=_now_ms())
        if job.is_over:
            self.log.read()
            self.is_settled = True
        self._status.report(status_of(job, self.record, _now_ms()))

    def _handle_job(self, job: Job) -> None:
        if self._unwanted_from is not None:
            if job.is_over:
                self._kept.change_quietly(is_doubtful=False)
            elif time.monotonic() >= self._unwanted_from:
                self._job_stop.request_if_due(job)
            return
        if job.waited_too_long and not self.record.is_stopping:
            self._queue_again()
            return
        self._apply(job)
        if self.record.is_stopping and not job.is_over:
            self._job_stop.request_if_due(job)

    def _queue_again(self) -> None:
        """Submits it again: Ray lets a job wait for 15 minutes only."""
        _log.info("Ray gave up waiting for room; submitted again", extra={"run_id": self.run_id})
        # Before Ray deletes the job, which would otherwise count as lost.
        self._kept.change_quietly(was_seen=False, is_doubtful=True)
        self._jobs.forget(self.submission_id)
        self._status.report_waiting()

    def _handle_missing(self) -> None:
        """Handles a job that Ray does not know: it never did, or it lost its state along with all that ran."""
        now, lost = time.monotonic(), Lost(was_stopped=self.record.is_stopping, stopped_by=self.record.stopped_by)
        if self.record.was_seen:
            self._missing_since = self._missing_since or now
            if now - self._missing_since >= LOST_AFTER_SECONDS:
                self._handle_lost(lost)
        elif self.record.is_stopping:
            self._status.report(lost)
        elif self.body is not None:
            self._jobs.submit(self.body)
        else:
            self._status.report(Pending() if now < self._may_show_until else Absent())

    def _handle_lost(self, lost: Lost) -> None:
        """Handles a lost job; if it still waited when last seen, nothing of it ran, and it continues to wait."""
        if not self.record.is_stopping and (self._was_pending or self._never_ran()):
            self._kept.change_quietly(was_seen=False, is_doubtful=True)
        else:
            self.settle(lost)

    def _never_ran(self) -> bool:
        """Returns whether a job that was not polled for a while never ran: nothing was logged to its MLflow run."""
        try:
            return self.record.running_ms is None and self._logged_nothing(self.run_id)
        except (BadInput, NotFound):  # the run has been deleted
            return False


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
