"""The runs as every page shows them: one refresh per host, a snapshot for everyone, nobody waits.

There is no leader and no timer. Whoever looks at a snapshot that is due tries the host's lock; the winner refreshes in
a thread, everyone else is served what is there. No viewers, no requests.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.errors import ClewError, ServiceError
from domain.runs import Run
from services.mlflow_answers import SERVICE
from services.mlflow_rest import MlflowRest
from services.run_sweep import RunList, changes, sweep
from services.shared_file import SharedFile, cache_folder, host_lock

REFRESH_DEADLINE_SECONDS = 60.0
# A full one may take as long as it has pages, each in the time above: a store of 100,000 runs takes MLflow minutes.
SWEEP_DEADLINE_SECONDS = 900.0
SWEEP_EVERY = timedelta(minutes=5)
RETRY_EVERY = timedelta(seconds=5)
log = logging.getLogger(__name__)


class _Ask(Enum):
    """What a refresh is to read."""

    WHAT_IS_DUE = auto()
    CHANGES = auto()
    EVERYTHING = auto()


class Failure(BaseModel):
    """Why the last refresh failed."""

    model_config = ConfigDict(frozen=True)

    service: str
    cause: str


class Attempt(BaseModel):
    """How the newest refresh of this host went, whichever worker did it."""

    model_config = ConfigDict(frozen=True)

    began_at: datetime
    tried_at: datetime
    full: bool
    succeeded_at: datetime | None
    failure: Failure | None


class RunView(BaseModel):
    """What is known now: the runs (None before the first answer), as of when, and what failed since."""

    model_config = ConfigDict(frozen=True)

    runs: RunList | None
    as_of: datetime | None
    failure: Failure | None

    def get(self, run_id: str) -> Run | None:
        """The run with this id, if it is known."""
        return None if self.runs is None else self.runs.runs.get(run_id)


class RunStore:
    """All runs of one MLflow, at most `refresh_seconds` old on a page that asks often enough."""

    def __init__(self, mlflow: MlflowRest, cache_dir: Path, refresh_seconds: float) -> None:
        folder = cache_folder(cache_dir, mlflow.service.url)
        self._mlflow = mlflow
        self._lock_path = folder / "refresh.lock"
        self._runs = SharedFile(folder / "runs.json", TypeAdapter(RunList))
        self._attempt = SharedFile(folder / "attempt.json", TypeAdapter(Attempt))
        # A page asks six times per period: what is due after a third is on screen well within one, still running.
        self._due_after = timedelta(seconds=refresh_seconds / 3)
        self._reading = threading.Lock()
        self._refreshes: dict[_Ask, threading.Thread] = {}
        self._asked_at: dict[_Ask, datetime] = {}
        self._unshared: Attempt | None = None  # the newest that the disk did not take

    def view(self) -> RunView:
        """What is known, at once; starts a refresh when one is due."""
        attempt = self._last_attempt()
        if self._is_due(attempt):
            self._start_refresh(_Ask.WHAT_IS_DUE)
        return self._view()

    def last_view(self) -> RunView:
        """What is known; starts nothing."""
        return self._view()

    def refreshed_view(self, wait_seconds: float) -> RunView:
        """Reads everything anew (a person pressed Retry) and gives what is known after `wait_seconds` at most."""
        self._start_refresh(_Ask.EVERYTHING).join(wait_seconds)
        return self._view()

    def view_with(self, run_ids: Iterable[str], wait_seconds: float) -> RunView:
        """As `view`, but asks MLflow at once when one of `run_ids` is not known: a shared link may be seconds old."""
        view = self.first_view(wait_seconds)
        if view.runs is None or all(run_id in view.runs.runs for run_id in run_ids):
            return view
        self._start_refresh(_Ask.CHANGES).join(wait_seconds)
        return self._view()

    def first_view(self, wait_seconds: float) -> RunView:
        """As `view`, but where nothing is known yet it waits up to `wait_seconds` for the first answer."""
        view = self.view()
        if view.runs is None and view.failure is None:
            self._start_refresh(_Ask.WHAT_IS_DUE).join(wait_seconds)
            return self._view()
        return view

    def _view(self) -> RunView:
        attempt = self._last_attempt()
        with self._reading:
            runs = self._runs.read()
        return RunView(
            runs=runs,
            as_of=attempt.succeeded_at if attempt else None,
            failure=attempt.failure if attempt else None,
        )

    def _last_attempt(self) -> Attempt | None:
        with self._reading:
            known = [attempt for attempt in (self._attempt.read(), self._unshared) if attempt is not None]
        return max(known, key=lambda attempt: attempt.tried_at, default=None)

    def _is_due(self, attempt: Attempt | None) -> bool:
        if attempt is None:
            return True
        wait = self._due_after
        if attempt.failure is not None:
            # One that failed after a minute cost MLflow a minute; it gets as long to breathe.
            wait = max(min(wait, RETRY_EVERY), attempt.tried_at - attempt.began_at)
        # A clock that was set back must not stop the refreshes.
        return not timedelta() <= datetime.now(UTC) - attempt.tried_at < wait

    def _start_refresh(self, ask: _Ask) -> threading.Thread:
        """Single flight for what is due; what a person asks for begins after they asked, one for all who wait."""
        with self._reading:
            self._asked_at[ask] = datetime.now(UTC)
            thread = self._refreshes.get(ask)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._refresh, args=(ask,), daemon=True)
                self._refreshes[ask] = thread
                thread.start()
            return thread

    def _refresh(self, ask: _Ask) -> None:
        wait = 0 if ask is _Ask.WHAT_IS_DUE else REFRESH_DEADLINE_SECONDS
        try:
            with host_lock(self._lock_path, wait) as won:
                if won:
                    self._refresh_alone(ask)
        except OSError as error:
            log.exception("cannot share a refresh")
            # Remembered here, or each look would be the first, and MLflow asked at each of them.
            self._unshared = self._failed(Failure(service="Clew's cache", cause=str(error)))

    def _refresh_alone(self, ask: _Ask) -> None:
        """With the host's lock held."""
        with self._reading:
            asked_at = self._asked_at[ask]
            if ask is not _Ask.WHAT_IS_DUE:
                del self._refreshes[ask]  # who asks from now on needs one that begins later
        if self._is_answered(ask, asked_at, self._last_attempt()):
            return
        self._attempt.write(self._attempted(full=ask is _Ask.EVERYTHING))
        self._unshared = None

    def _failed(self, failure: Failure) -> Attempt:
        now, last = datetime.now(UTC), self._last_attempt()
        succeeded_at = last.succeeded_at if last else None
        return Attempt(began_at=now, tried_at=now, full=False, succeeded_at=succeeded_at, failure=failure)

    def _is_answered(self, ask: _Ask, asked_at: datetime, last: Attempt | None) -> bool:
        """Whether somebody else's refresh has meanwhile done what was asked for."""
        if ask is _Ask.WHAT_IS_DUE:
            return not self._is_due(last)
        return last is not None and last.began_at >= asked_at and (last.full or ask is _Ask.CHANGES)

    def _attempted(self, full: bool) -> Attempt:
        started = datetime.now(UTC)
        before = self._last_attempt()
        last_success = before.succeeded_at if before else None
        failure = None
        try:
            self._read_from_mlflow(full, last_success)
        except ServiceError as error:
            failure = Failure(service=error.service, cause=error.cause)
        except ClewError as error:
            failure = Failure(service=SERVICE, cause=str(error))
        except OSError as error:
            failure = Failure(service="Clew's cache", cause=str(error))
        now = datetime.now(UTC)
        if failure is not None:
            log.warning("refresh failed", extra=failure.model_dump())
            return Attempt(began_at=started, tried_at=now, full=full, succeeded_at=last_success, failure=failure)
        log.debug("refreshed", extra={"duration_ms": (now - started).total_seconds() * 1000})
        return Attempt(began_at=started, tried_at=now, full=full, succeeded_at=started, failure=None)

    def _read_from_mlflow(self, full: bool, last_success: datetime | None) -> None:
        with self._reading:
            known = self._runs.read()
        now = datetime.now(UTC)
        patient = self._mlflow.within(SWEEP_DEADLINE_SECONDS, each_seconds=REFRESH_DEADLINE_SECONDS)
        if full or known is None or last_success is None or not timedelta() <= now - known.swept_at < SWEEP_EVERY:
            fresh = sweep(patient, known)
        else:
            fresh = changes(self._mlflow.within(REFRESH_DEADLINE_SECONDS), patient, known, last_success)
        if fresh is not known:
            self._runs.write(fresh)
