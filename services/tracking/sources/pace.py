"""How many runs MLflow is asked for at once, and what of it may still be at work on: shared by the workers of a host.

A page of 100 runs can be 30 kB or 30 MB, and a client that leaves does not end the query. What is kept here outlives a
worker and a restart: a question that was under way when one was killed is not asked again before it can be over.
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

# So long, and so much, that what a page costs beside its runs does not count, and MLflow's memory does not either.
_PAGE_SECONDS: Final = 2.5
_PAGE_BYTES: Final = 8 * 2**20
FIRST_RUNS: Final = 10
"""The first page of a server that nothing is known of; MLflow's own pages have 100."""
MOST_RUNS: Final = 500
"""A page of more would save no time, and 1,500 metrics a run would come by surprise."""
LEAST_RUNS: Final = 8
"""A page of less would be for the most part what the one before had, too; only one that did not come makes it so."""
_GROWTH: Final = 4
# Nothing is known of a page's time but that it is no more than this many times what was worked out.
_SLACK: Final = 4
_LEAST_SECONDS: Final = 5.0
# A proxy that had no answer in its own time left MLflow alone with the question.
_LEFT_BY_A_PROXY: Final = (502, 504)
# So long a rest is waited for; a longer one is said.
_SHORT_REST_SECONDS: Final = 10.0
_LONGEST_REST: Final = timedelta(minutes=30)
_RESTS_PER_SWEEP: Final = 10
_SWEEP_EVERY: Final = timedelta(minutes=5)
_FORMAT: Final = 1  # of the file: raise it when its shape changes


class Pace(BaseModel):
    """What is known of one MLflow: what a run takes it, and the question that it may be at work on."""

    model_config = ConfigDict(frozen=True)

    most_runs: int = Field(MOST_RUNS, ge=1)
    """Less after a page that did not come; it grows again with each that does."""
    seconds_per_run: float | None = Field(None, ge=0)
    bytes_per_run: float | None = Field(None, ge=0)
    asked_at: datetime | None = None
    free_at: datetime | None = None
    """Before this the question of `asked_at` cannot be taken to be over; None where there is none."""
    swept_at: datetime | None = None
    sweep_seconds: float = 0.0
    """When the last full reading ended, well or not, and for how long MLflow was at work on it."""

    def runs_after(self, last: int) -> int:
        """Returns how many runs to ask for after a page of `last`; 0 for the first page."""
        most = MOST_RUNS
        for each, target in ((self.seconds_per_run, _PAGE_SECONDS), (self.bytes_per_run, _PAGE_BYTES)):
            if each is not None:
                most = min(most, int(target / max(each, 1e-9)))
        grown = last * _GROWTH or FIRST_RUNS
        return min(max(LEAST_RUNS, most), grown, self.most_runs)

    def asked(self, runs: int, patience_seconds: float, now: datetime) -> "Pace":
        """Returns what is known once `runs` were asked for, by a caller that waits for `patience_seconds`."""
        each = self.seconds_per_run
        takes = patience_seconds if each is None else max(_LEAST_SECONDS, _SLACK * runs * each)
        return self._with(asked_at=now, free_at=now + timedelta(seconds=min(takes, patience_seconds)))

    def answered(self, asked: int, runs: int, seconds: float, size_bytes: int) -> "Pace":
        """Returns what is known after an answer with `runs` of those that were asked for.

        A page that is nearly empty, for there were no more, says nothing of what a run takes.
        """
        free = self._with(asked_at=None, free_at=None)
        if runs < min(FIRST_RUNS, asked):
            return free
        most = min(MOST_RUNS, max(self.most_runs, 2 * runs))
        return free._with(most_runs=most, seconds_per_run=seconds / runs, bytes_per_run=size_bytes / runs)

    def given_up(self, runs: int, seconds: float, now: datetime) -> "Pace":
        """Returns what is known after an answer to a question for `runs` did not come within `seconds`.

        It may take as long again, for all that is known, and more: next time a quarter is asked for.
        """
        slower = max(self.seconds_per_run or 0.0, seconds / runs)
        rest = max(timedelta(seconds=2 * seconds), (self.free_at or now) - now)
        return self._with(most_runs=max(1, runs // _GROWTH), seconds_per_run=slower, free_at=now + rest)

    def free(self) -> "Pace":
        """Returns what is known once the question is over."""
        return self._with(asked_at=None, free_at=None)

    def swept(self, seconds: float, now: datetime) -> "Pace":
        """Returns what is known after a full reading that kept MLflow at work for `seconds`."""
        return self._with(swept_at=now, sweep_seconds=seconds)

    def unswept(self) -> "Pace":
        """Returns what is known where a full reading is due: the last one was of no use."""
        return self._with(swept_at=None)

    def rest(self, now: datetime) -> timedelta:
        """Returns for how long MLflow must be left alone; a clock that was set back does not make it for ever."""
        if self.free_at is None or self.asked_at is None or self.asked_at > now:
            return timedelta()
        return min(max(timedelta(), self.free_at - now), _LONGEST_REST)

    def sweep_is_due(self, now: datetime, *, is_soon: bool = False) -> bool:
        """Returns whether all may be read again.

        Sweeps take a tenth of MLflow's time at most, also where it `is_soon`.
        """
        if self.swept_at is None:
            return True
        pause = max(timedelta() if is_soon else _SWEEP_EVERY, timedelta(seconds=_RESTS_PER_SWEEP * self.sweep_seconds))
        return not timedelta() <= now - self.swept_at < pause

    def _with(self, **changed: object) -> "Pace":
        return self.model_copy(update=changed)


class PaceFile:
    """The pace of one MLflow, for all workers of this host: who holds the host's lock asks."""

    def __init__(self, folder: Path, service: Name) -> None:
        self._service = service
        self._file = SharedFile(folder / "pace.json", JsonForm(TypeAdapter(Pace), _FORMAT))
        self._own = Pace()  # where the disk takes none

    def now(self) -> Pace:
        """Returns what is known."""
        self._own = self._file.read() or self._own
        return self._own

    def keep(self, pace: Pace) -> None:
        """Keeps what is known, on disk where that goes."""
        self._own = pace
        with contextlib.suppress(OSError):  # said by what is kept there beside it
            self._file.write(pace)

    def wait(self) -> None:
        """Waits for a short rest of MLflow's to pass; raises `StillAtWork` where it is a long one."""
        rest = self.now().rest(datetime.now(UTC)).total_seconds()
        if rest > _SHORT_REST_SECONDS:
            raise StillAtWork(self._service)
        time.sleep(rest)

    def note_failure(self, error: ServiceUnavailable, runs: int, seconds: float) -> None:
        """Keeps what became of a question for `runs`: one that was sent, and left, may still be at work on."""
        is_left = isinstance(error, TimedOut) and error.was_sent
        if is_left or (isinstance(error, AnsweredStatus) and error.http_status in _LEFT_BY_A_PROXY):
            self.keep(self.now().given_up(runs, seconds, datetime.now(UTC)))
        else:  # it answered, was not asked, or whoever was at work is gone with the connection
            self.keep(self.now().free())
