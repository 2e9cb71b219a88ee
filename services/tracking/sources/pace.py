"""Adapts the size of pages to MLflow's speed, and records what it may still be working on, for the workers of a host.

A page of 100 runs can be 30 kB or 30 MB, and a client that disconnects does not end the query. The record outlives a
worker and a restart: a query that was running when a worker was killed is not repeated before it can have ended.
"""

import contextlib
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.errors import Name, ServiceUnavailable
from domain.errors.connections import AnsweredStatus, TimedOut
from domain.errors.services import StillAtWork
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm

# Targets at which neither the overhead of a page nor MLflow's memory matters.
_PAGE_SECONDS: Final = 2.5
_PAGE_BYTES: Final = 8 * 2**20
FIRST_RUNS: Final = 10
"""The first page of an unknown server; MLflow's own pages have 100."""
MAX_RUNS: Final = 500
"""Larger pages would save no time, and 1,500 metrics per run could come unexpectedly."""
MIN_RUNS: Final = 8
"""Smaller pages would mostly repeat the previous one; they are used only after a page timed out."""
_GROWTH: Final = 4
# The time of a page is only known to be at most this many times the estimate.
_SLACK: Final = 4
_MIN_SECONDS: Final = 5.0
# After these statuses of a proxy, MLflow may still be working on the query.
_LEFT_BY_A_PROXY: Final = (502, 504)
# A shorter rest is waited for; for a longer one an error is raised.
_SHORT_REST_SECONDS: Final = 10.0
_LONGEST_REST: Final = timedelta(minutes=30)
_RESTS_PER_SWEEP: Final = 10
_SWEEP_EVERY: Final = timedelta(minutes=5)
_FORMAT: Final = 1  # version of the file's format: increase it when that changes


class Pace(BaseModel):
    """The pace of one MLflow: its time for a run, and the query that it may be working on."""

    model_config = ConfigDict(frozen=True)

    most_runs: int = Field(MAX_RUNS, ge=1)
    """Smaller after a page timed out; it grows again with each success."""
    seconds_per_run: float | None = Field(None, ge=0)
    bytes_per_run: float | None = Field(None, ge=0)
    asked_at: datetime | None = None
    free_at: datetime | None = None
    """The query of `asked_at` may be running until then; None if there is none."""
    swept_at: datetime | None = None
    sweep_seconds: float = 0.0
    """When the last full reading ended, successful or not, and how long MLflow worked on it."""

    def runs_after(self, last: int) -> int:
        """Returns how many runs to request after a page of `last`; 0 for the first page."""
        most = MAX_RUNS
        for each, target in ((self.seconds_per_run, _PAGE_SECONDS), (self.bytes_per_run, _PAGE_BYTES)):
            if each is not None:
                most = min(most, int(target / max(each, 1e-9)))
        grown = last * _GROWTH or FIRST_RUNS
        return min(max(MIN_RUNS, most), grown, self.most_runs)

    def requested(self, runs: int, patience_seconds: float, now: datetime) -> "Pace":
        """Returns the state after `runs` were requested, by a caller that waits for `patience_seconds`."""
        each = self.seconds_per_run
        takes = patience_seconds if each is None else max(_MIN_SECONDS, _SLACK * runs * each)
        return self._with(asked_at=now, free_at=now + timedelta(seconds=min(takes, patience_seconds)))

    def answered(self, requested: int, runs: int, seconds: float, size_bytes: int) -> "Pace":
        """Returns the state after an answer with `runs` of the `requested` ones.

        A nearly empty last page is not used to estimate the time of a run.
        """
        free = self._with(asked_at=None, free_at=None)
        if runs < min(FIRST_RUNS, requested):
            return free
        most = min(MAX_RUNS, max(self.most_runs, 2 * runs))
        return free._with(most_runs=most, seconds_per_run=seconds / runs, bytes_per_run=size_bytes / runs)

    def after_timeout(self, runs: int, seconds: float, now: datetime) -> "Pace":
        """Returns the state after a request for `runs` was not answered within `seconds`.

        The query may take that long again, or longer: the next request is for a quarter.
        """
        slower = max(self.seconds_per_run or 0.0, seconds / runs)
        rest = max(timedelta(seconds=2 * seconds), (self.free_at or now) - now)
        return self._with(most_runs=max(1, runs // _GROWTH), seconds_per_run=slower, free_at=now + rest)

    def free(self) -> "Pace":
        """Returns the state after the query ended."""
        return self._with(asked_at=None, free_at=None)

    def with_sweep(self, seconds: float, now: datetime) -> "Pace":
        """Returns the state after a full reading on which MLflow worked for `seconds`."""
        return self._with(swept_at=now, sweep_seconds=seconds)

    def with_sweep_due(self) -> "Pace":
        """Returns the state in which a full reading is due, because the last one was unusable."""
        return self._with(swept_at=None)

    def rest(self, now: datetime) -> timedelta:
        """Returns how long MLflow must not be queried; limited, in case a clock was set back."""
        if self.free_at is None or self.asked_at is None or self.asked_at > now:
            return timedelta()
        return min(max(timedelta(), self.free_at - now), _LONGEST_REST)

    def sweep_is_due(self, now: datetime, *, is_soon: bool = False) -> bool:
        """Returns whether a full reading is due; these take at most a tenth of MLflow's time, even if it `is_soon`."""
        if self.swept_at is None:
            return True
        pause = max(timedelta() if is_soon else _SWEEP_EVERY, timedelta(seconds=_RESTS_PER_SWEEP * self.sweep_seconds))
        return not timedelta() <= now - self.swept_at < pause

    def _with(self, **changed: object) -> "Pace":
        return self.model_copy(update=changed)


class PaceFile:
    """The pace of one MLflow, for all workers of this host; only the holder of the host's lock sends queries."""

    def __init__(self, folder: Path, service: Name) -> None:
        self._service = service
        self._file = SharedFile(folder / "pace.json", JsonForm(TypeAdapter(Pace), _FORMAT))
        self._own = Pace()  # used if the disk cannot be written

    def now(self) -> Pace:
        """Returns the present state."""
        self._own = self._file.read() or self._own
        return self._own

    def keep(self, pace: Pace) -> None:
        """Stores the state, on disk if possible."""
        self._own = pace
        with contextlib.suppress(OSError):  # the run table in the same folder reports it
            self._file.write(pace)

    def wait(self) -> None:
        """Waits for a short rest of MLflow to end; raises `StillAtWork` for a long one."""
        rest = self.now().rest(datetime.now(UTC)).total_seconds()
        if rest > _SHORT_REST_SECONDS:
            raise StillAtWork(self._service)
        time.sleep(rest)

    def record_failure(self, error: ServiceUnavailable, runs: int, seconds: float) -> None:
        """Records a failed request for `runs`: MLflow may still be working on one that was sent and timed out."""
        is_left = isinstance(error, TimedOut) and error.was_sent
        if is_left or (isinstance(error, AnsweredStatus) and error.http_status in _LEFT_BY_A_PROXY):
            self.keep(self.now().after_timeout(runs, seconds, datetime.now(UTC)))
        else:  # it answered, was not asked, or stopped when the connection ended
            self.keep(self.now().free())
