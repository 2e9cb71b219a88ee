"""The thread that polls running trainings: detects starts and ends, even without MLflow."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from concurrency.rounds import PeriodicTask
from domain.errors import ClewError
from domain.errors.trainings.reasons import BackendAway, KeeperEnded, NotLaunched
from domain.messages import Message
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Absent, Alive, Backend, Exited, Lost, Pending, Status
from scheduler.queue.dispatcher import Dispatcher, now_ms
from scheduler.queue.ending import ended
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.launching import failed

_TICK_SECONDS: Final = 0.25
_log = logging.getLogger(__name__)


class BackendPoller:
    """Polls the place where trainings run; `has_progress` returns whether a program has reported any."""

    def __init__(
        self,
        entries: Entries,
        backend: Backend,
        dispatcher: Dispatcher,
        has_progress: Callable[[Entry], bool],
        *,
        may_restart: bool,
    ) -> None:
        self._entries = entries
        self._backend = backend
        self._dispatcher = dispatcher
        self._has_progress = has_progress
        self._may_restart = may_restart
        self._rounds = PeriodicTask("watch", _TICK_SECONDS, self.tick)
        self.trouble: ClewError | None = None
        """Why the place could not be reached."""
        self.reasons: Mapping[str, Message] = {}
        """Why each one has not started, or why that is unknown."""

    def start(self) -> None:
        """Starts the thread."""
        self._rounds.start()

    def stop(self) -> None:
        """Stops within a quarter of a second."""
        self._rounds.stop()

    def tick(self) -> None:
        """Polls each running training."""
        trouble, reasons = None, dict[str, Message]()
        for entry in self._entries.alive():
            try:
                if reason := self._poll(entry):
                    reasons[entry.run_id] = reason
            except ClewError as error:
                trouble, reasons[entry.run_id] = error, BackendAway(error)
        self.trouble, self.reasons = trouble, reasons

    def _poll(self, entry: Entry) -> Message | None:
        """Updates its state; returns why it waits at the place where it is to run."""
        status = self._backend.poll(entry.run_id, entry.attempt)
        now = self._now(entry, status)
        if now != entry and self._entries.replace(entry, now):
            if now.state is not entry.state:
                _log.info("A training changed", extra={"run_id": entry.run_id, "state": now.state.value})
            if now.recorded is None:
                self._dispatcher.wake()
        return status.reason if isinstance(status, Pending) else None

    def _now(self, entry: Entry, status: Status) -> Entry:
        if isinstance(status, Alive):
            return self._alive(entry, status)
        if isinstance(status, Pending):
            return _waiting_there(entry)
        if isinstance(status, Exited | Lost):
            has_checkpoint = self._backend.has_checkpoint(entry.run_id)
            tail = tuple(self._backend.log_tail(entry.run_id))
            known = entry.but(has_checkpoint=has_checkpoint, log_tail=tail)
            return ended(known, status, now_ms=now_ms(), may_restart=self._may_restart)
        return self._absent(entry) if isinstance(status, Absent) else entry

    def _alive(self, entry: Entry, status: Alive) -> Entry:
        state, by = entry.state, entry.stopped_by
        if status.is_stopping:
            state, by = TrainingState.STOPPING, by or status.stopped_by
        elif state is TrainingState.STARTING and status.started_ms is not None and self._has_progress(entry):
            state = TrainingState.TRAINING
        known = entry.but(state=state, gpus=status.gpus or entry.gpus, stopped_by=by)
        if entry.started_ms is None and status.started_ms is not None:
            return known.but(started_ms=status.started_ms, recorded=None)
        return known

    def _absent(self, entry: Entry) -> Entry:
        """Ends a training that its place does not know: as stopped if it was, as failed if it was launched.

        One that was never launched is queued again: the scheduler was killed before it could.
        """
        if entry.stopped_by is not None:
            return ended(entry, Lost(was_stopped=True), now_ms=now_ms(), may_restart=False)
        if entry.run_id in self._dispatcher.launched:
            tail = tuple(self._backend.log_tail(entry.run_id))
            return failed(entry.but(log_tail=tail), NotLaunched(KeeperEnded()))
        return entry.but(state=TrainingState.QUEUED, started_ms=None, gpus=(), recorded=None)


def _waiting_there(entry: Entry) -> Entry:
    """Returns one that has no room yet where it is to run; this waiting is no training time."""
    if entry.state is not TrainingState.STARTING or entry.started_ms is None:
        return entry
    return entry.but(started_ms=None, recorded=None)
