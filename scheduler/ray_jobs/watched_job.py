"""One attempt on the cluster, in the state last seen."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any, Final

from domain.errors import BadInput, ClewError, NotFound
from domain.errors.connections import TimedOut
from scheduler.backends.backend import Absent, Alive, Lost, Pending, Status
from scheduler.ray_jobs.attempt_record import AttemptRecord, AttemptRecords, KeptRecord
from scheduler.ray_jobs.job import Job, JobStatus, status_of
from scheduler.ray_jobs.jobs_api import SERVICE, JobsApi
from scheduler.ray_jobs.log_copy import LogCopy

LOST_AFTER_SECONDS: Final = 3.0
STOP_EACH_SECONDS: Final = 2.0
DOUBT_SECONDS: Final = 30.0
LATE_SECONDS: Final = 6.0
"""So long after its scheduler was killed, a submission may still reach Ray."""
GIVE_UP_SECONDS: Final = 600.0
PATIENCE_SECONDS: Final = 0.1
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
        self._kept = KeptRecord(records, run_id, attempt)
        self._jobs, self._log_path = jobs, log_path
        self._logged_nothing = logged_nothing
        self.log = LogCopy(jobs, self.submission_id, log_path, self.record.log_begins)
        self._reported: Status | ClewError | None = None
        self._is_known = threading.Event()
        self._missing_since: float | None = None
        self._was_pending = False
        self._stop_due = 0.0
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
        return isinstance(self._reported, Pending)

    @property
    def is_running(self) -> bool:
        """Whether its program runs."""
        return isinstance(self._reported, Alive)

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
        if not self._is_known.wait(PATIENCE_SECONDS) or self._reported is None:
            raise TimedOut(SERVICE)
        if isinstance(self._reported, ClewError):
            raise copy(self._reported)  # raising the same object repeatedly would collect tracebacks
        return self._reported

    def doubt(self) -> None:
        """Notes that it may have been submitted: unless it is submitted again soon, it is stopped once it appears."""
        self._unwanted_from = time.monotonic() + DOUBT_SECONDS

    def withdraw(self) -> None:
        """Notes that it will not be submitted again: if an earlier submission appears, it is stopped at once."""
        if self._unwanted_from is not None:
            self._unwanted_from = time.monotonic()

    def trust(self, body: Mapping[str, Any], job: Job) -> None:
        """Notes that it was submitted with this body, and is wanted."""
        self._unwanted_from, self.body = None, body
        self._take_in(job)

    @property
    def is_needed(self) -> bool:
        """Whether it has to be polled although no caller asks: it has to be stopped."""
        if self._unwanted_from is not None:
            return not self.is_settled and time.monotonic() < self._unwanted_from + GIVE_UP_SECONDS
        return self.record.is_stopping and not self.is_settled

    def fail(self, error: ClewError) -> None:
        """Notes that Ray did not answer."""
        if not self.is_settled:
            self._report(error)

    def settle(self, status: Status) -> None:
        """Notes that it has ended with this status."""
        self.is_settled = True
        self._kept.change_quietly(is_doubtful=False)
        self._report(status)

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
                    self._miss()
                else:
                    self._see(job)
            except ClewError as error:
                self.fail(error)

    def _take_in(self, job: Job) -> None:
        self._missing_since, self._was_pending = None, job.status == JobStatus.PENDING
        self._kept.change_quietly(was_seen=True, is_doubtful=False)
        if job.status == JobStatus.RUNNING and self.record.running_ms is None:
            self._kept.change_quietly(running_ms=_now_ms())
        if job.is_over:
            self.log.read()
            self.is_settled = True
        self._report(status_of(job, self.record, _now_ms()))

    def _report(self, status: Status | ClewError) -> None:
        self._reported = status
        self._is_known.set()

    def _see(self, job: Job) -> None:
        if self._unwanted_from is not None:
            if job.is_over:
                self._kept.change_quietly(is_doubtful=False)
            elif time.monotonic() >= self._unwanted_from:
                self._stop(job)
            return
        if job.waited_too_long and not self.record.is_stopping:
            self._queue_again()
            return
        self._take_in(job)
        if self.record.is_stopping and not job.is_over:
            self._stop(job)

    def _stop(self, job: Job) -> None:
        """Stops a job repeatedly: Ray reports a waiting job as stopped, but may run it afterwards."""
        if (now := time.monotonic()) >= self._stop_due:
            self._stop_due = now + STOP_EACH_SECONDS
            if self._jobs.stop(self.submission_id) and job.status == JobStatus.RUNNING:
                self._stop_due = math.inf  # a second signal would interrupt the program's final writes

    def _queue_again(self) -> None:
        """Submits it again: Ray lets a job wait for 15 minutes only."""
        _log.info("Ray gave up waiting for room; submitted again", extra={"run_id": self.run_id})
        # Before Ray deletes the job, which would otherwise count as lost.
        self._kept.change_quietly(was_seen=False, is_doubtful=True)
        self._jobs.forget(self.submission_id)
        self._report(self._reported if isinstance(self._reported, Pending) else Pending())

    def _miss(self) -> None:
        """Handles a job that Ray does not know: it never did, or it lost its state along with all that ran."""
        now, lost = time.monotonic(), Lost(was_stopped=self.record.is_stopping, stopped_by=self.record.stopped_by)
        if self.record.was_seen:
            self._missing_since = self._missing_since or now
            if now - self._missing_since >= LOST_AFTER_SECONDS:
                self._lose(lost)
        elif self.record.is_stopping:
            self._report(lost)
        elif self.body is not None:
            self._jobs.submit(self.body)
        else:
            self._report(Pending() if now < self._may_show_until else Absent())

    def _lose(self, lost: Lost) -> None:
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
