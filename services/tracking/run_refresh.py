"""One refresh of the runs per host: there is no leader and no timer.

Whoever looks at runs that are due tries the host's lock; the winner refreshes in a thread, everyone else is served what
is there. No viewers, no requests.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.errors import ClewError
from domain.errors.services import ClewCache
from domain.messages import Text
from mlflow_api.client import MlflowRest
from mlflow_api.schemas import SERVICE
from services.failures import Failure
from services.sharing.shared_file import SharedFile, cache_folder, host_lock
from services.tracking.run_sweep import RunList, changes, sweep

REFRESH_DEADLINE_SECONDS = 60.0
# A full one may take as long as it has pages, each in the time above: a store of 100,000 runs takes MLflow minutes.
SWEEP_DEADLINE_SECONDS = 900.0
SWEEP_EVERY = timedelta(minutes=5)
RETRY_EVERY = timedelta(seconds=5)
log = logging.getLogger(__name__)


class Ask(Enum):
    """What a refresh is to read."""

    WHAT_IS_DUE = auto()
    CHANGES = auto()
    EVERYTHING = auto()


class Attempt(BaseModel):
    """How the newest refresh of this host went, whichever worker did it."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    tried_at: datetime
    full: bool
    succeeded_at: datetime | None
    failure: Failure | None


class RunRefresh:
    """Reads the runs of one MLflow, for all workers of this host."""

    def __init__(self, mlflow: MlflowRest, cache_dir: Path, refresh_seconds: float) -> None:
        folder = cache_folder(cache_dir, mlflow.service.url)
        self._mlflow = mlflow
        self._lock_path = folder / "refresh.lock"
        self._runs = SharedFile(folder / "runs.json", TypeAdapter(RunList))
        self._attempt = SharedFile(folder / "attempt.json", TypeAdapter(Attempt))
        # A page asks six times per period: what is due after a third is on screen well within one, still running.
        self._due_after = timedelta(seconds=refresh_seconds / 3)
        self._reading = threading.Lock()
        self._refreshes: dict[Ask, threading.Thread] = {}
        self._asked_at: dict[Ask, datetime] = {}
        self._unshared: Attempt | None = None  # the newest that the disk did not take

    def known(self) -> RunList | None:
        """The runs that this host read last; None before the first answer."""
        with self._reading:
            return self._runs.read()

    def last(self) -> Attempt | None:
        """The newest refresh that has ended; None before the first."""
        with self._reading:
            known = [attempt for attempt in (self._attempt.read(), self._unshared) if attempt is not None]
        return max(known, key=lambda attempt: attempt.tried_at, default=None)

    def is_due(self) -> bool:
        """Whether the runs should be read again; after a failure soon, but not at once."""
        attempt = self.last()
        if attempt is None:
            return True
        wait = self._due_after
        if attempt.failure is not None:
            # One that failed after a minute cost MLflow a minute; it gets as long to breathe.
            wait = max(min(wait, RETRY_EVERY), attempt.tried_at - attempt.began_at)
        # A clock that was set back must not stop the refreshes.
        return not timedelta() <= datetime.now(UTC) - attempt.tried_at < wait

    def start(self, ask: Ask) -> threading.Thread:
        """Single flight for what is due; what a person asks for begins after they asked, one for all who wait."""
        with self._reading:
            self._asked_at[ask] = datetime.now(UTC)
            thread = self._refreshes.get(ask)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._refresh, args=(ask,), daemon=True)
                self._refreshes[ask] = thread
                thread.start()
            return thread

    def _refresh(self, ask: Ask) -> None:
        wait = 0 if ask is Ask.WHAT_IS_DUE else REFRESH_DEADLINE_SECONDS
        try:
            with host_lock(self._lock_path, wait) as won:
                if won:
                    self._refresh_alone(ask)
        except OSError as error:
            log.exception("cannot share a refresh")
            # Remembered here, or each look would be the first, and MLflow asked at each of them.
            self._unshared = self._failed(Failure.because(ClewCache(), Text(error)))

    def _refresh_alone(self, ask: Ask) -> None:
        """With the host's lock held."""
        with self._reading:
            asked_at = self._asked_at[ask]
            if ask is not Ask.WHAT_IS_DUE:
                del self._refreshes[ask]  # who asks from now on needs one that begins later
        if self._is_answered(ask, asked_at):
            return
        self._attempt.write(self._attempted(full=ask is Ask.EVERYTHING))
        self._unshared = None

    def _failed(self, failure: Failure) -> Attempt:
        now, last = datetime.now(UTC), self.last()
        succeeded_at = last.succeeded_at if last else None
        return Attempt(began_at=now, tried_at=now, full=False, succeeded_at=succeeded_at, failure=failure)

    def _is_answered(self, ask: Ask, asked_at: datetime) -> bool:
        """Whether somebody else's refresh has meanwhile done what was asked for."""
        if ask is Ask.WHAT_IS_DUE:
            return not self.is_due()
        last = self.last()
        return last is not None and last.began_at >= asked_at and (last.full or ask is Ask.CHANGES)

    def _attempted(self, full: bool) -> Attempt:
        started = datetime.now(UTC)
        before = self.last()
        last_success = before.succeeded_at if before else None
        failure = None
        try:
            self._read_from_mlflow(full, last_success)
        except ClewError as error:
            failure = Failure.of(error, SERVICE)
        except OSError as error:
            failure = Failure.because(ClewCache(), Text(error))
        now = datetime.now(UTC)
        if failure is not None:
            log.warning("refresh failed", extra=failure.log_fields)
            return Attempt(began_at=started, tried_at=now, full=full, succeeded_at=last_success, failure=failure)
        log.debug("refreshed", extra={"duration_ms": (now - started).total_seconds() * 1000})
        return Attempt(began_at=started, tried_at=now, full=full, succeeded_at=started, failure=None)

    def _read_from_mlflow(self, full: bool, last_success: datetime | None) -> None:
        known, now = self.known(), datetime.now(UTC)
        quick = self._mlflow.within(REFRESH_DEADLINE_SECONDS)
        patient = self._mlflow.within(SWEEP_DEADLINE_SECONDS, each_seconds=REFRESH_DEADLINE_SECONDS)
        if full or known is None or last_success is None or not timedelta() <= now - known.swept_at < SWEEP_EVERY:
            fresh = sweep(patient, known)
        else:
            fresh = changes(known, last_success, quick=quick, patient=patient)
        if fresh is not known:
            self._runs.write(fresh)
