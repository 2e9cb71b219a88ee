"""The thread that talks to MLflow: reads the queue, starts what fits, records what happened."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

from concurrency.rounds import PeriodicTask
from domain.errors import BadInput, ClewError, NotFound, ServiceError, ServiceUnavailable
from domain.errors.services import StartFailed
from domain.errors.trainings.reasons import (
    BackendAway,
    FolderNotWritten,
    LoggedNothing,
    MlflowKeepsItWaiting,
)
from domain.message_data import MessageData
from domain.messages import Message
from domain.trainings.training import TrainingState
from mlflow_api.schemas import SERVICE as MLFLOW
from scheduler.backends.backend import Backend, Capacity
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.launching import Launcher
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.planning import Chosen, plan
from scheduler.queue.reading import QueueReader

_TICK_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


class Dispatcher:
    """Runs rounds, at once when woken. A thread that changes a waiting training has to hold `changing`."""

    def __init__(
        self, entries: Entries, queue: MlflowQueue, backend: Backend, reading: QueueReader, launching: Launcher
    ) -> None:
        self._entries = entries
        self._queue = queue
        self._backend = backend
        self._reading = reading
        self._launching = launching
        self._rounds = PeriodicTask("dispatcher", _TICK_SECONDS, self._round)
        self.changing = threading.Lock()
        self.reasons: Mapping[str, Message] = {}
        """Why each training waits, as of the last round."""
        self.trouble: ClewError | None = None
        """Why MLflow could not be reached in the last round."""
        self.launched: set[str] = set()
        """The run ids that this process launched."""

    def start(self) -> None:
        """Starts the thread."""
        self._rounds.start()

    def stop(self) -> None:
        """Stops after the current round; running trainings continue."""
        self._rounds.stop()

    def wake(self) -> None:
        """Starts a round at once."""
        self._rounds.wake()

    def _round(self) -> None:
        try:
            self.tick()
            self.trouble = None
        except ClewError as error:
            if self.trouble is None or self.trouble.code != error.code:
                _log.warning("MLflow does not do its part", extra={"cause": str(error)})
            self.trouble = error

    def tick(self) -> None:
        """Does one round; raises a ClewError if MLflow fails."""
        try:
            self._reading.read_if_due()
            self._record_all()
            self._launch_all()
            self._reading.read_past()
            self._entries.forget_the_oldest()
        except ServiceUnavailable as error:
            if not isinstance(error, StartFailed):
                away = MlflowKeepsItWaiting(error)
                queued = (one for one in self._entries.waiting() if one.state is TrainingState.QUEUED)
                self.reasons = {**self.reasons, **{entry.run_id: away for entry in queued}}
            raise

    def _record_all(self) -> None:
        for entry in self._entries.all():
            if entry.recorded is not entry.state:
                with self.changing:
                    self._record(entry.run_id)

    def _record(self, run_id: str) -> None:
        entry = self._entries.find(run_id)
        if entry is None or entry.recorded is entry.state:
            return
        entry = self._with_remark(entry)
        try:
            self._queue.record(entry)
        except (BadInput, NotFound) as error:
            if self._queue.is_deleted(run_id, error):
                self._entries.drop(self._entries.find(run_id) or entry)
                return
            _log.warning("MLflow refuses what a training does", extra={"run_id": run_id, "cause": str(error)})
        state, outcome = entry.state, entry.outcome
        self._entries.update(
            run_id, lambda now: now.but(recorded=state, outcome=outcome) if now.state is state else now
        )

    def _with_remark(self, entry: Entry) -> Entry:
        if entry.state is TrainingState.DONE and entry.outcome is None and self._queue.logged_nothing(entry.run_id):
            return entry.but(outcome=MessageData.of(LoggedNothing()))
        return entry

    def _launch_all(self) -> None:
        waiting = self._entries.waiting()
        wants_gpus = any(entry.needs.gpus for entry in waiting)
        try:
            room = self._backend.room([(one.needs, one.gpus) for one in self._entries.alive()], wants_gpus)
        except ClewError as error:
            self.reasons = {entry.run_id: BackendAway(error) for entry in waiting}
            return
        self._launch_planned(waiting, room)

    def _launch_planned(self, waiting: list[Entry], room: Capacity) -> None:
        found = plan(waiting, room)
        reasons = dict(found.reasons)
        for chosen in found.chosen:
            if self._rounds.is_stopping:
                break
            with self.changing:
                if reason := self._launch(chosen):
                    reasons[chosen.entry.run_id] = reason
        self.reasons = reasons

    def _launch(self, chosen: Chosen) -> Message | None:
        """Starts one, unless it changed meanwhile; returns why it still waits."""
        entry = self._entries.find(chosen.entry.run_id)
        if entry is not chosen.entry:
            return None
        now = self._launching.recheck(entry)
        if now is None:
            self._entries.drop(entry)
            return None
        self._entries.put(now)
        if now.state is not TrainingState.QUEUED or now.needs != entry.needs:
            self.wake()
            return None
        return self._begin(Chosen(now, chosen.gpus))

    def _begin(self, chosen: Chosen) -> Message | None:
        run_id = chosen.entry.run_id
        # Whatever fails from here on, its state is written to MLflow again before the next attempt.
        self._entries.put(chosen.entry.but(recorded=None))
        try:
            started = self._launching.launch(chosen)
        except StartFailed as error:
            self._entries.change(run_id, attempt=chosen.entry.attempt + 1)
            return FolderNotWritten(error.reason)
        except ServiceError as error:
            if error.service == MLFLOW:
                raise
            return BackendAway(error)  # the next round launches the same attempt, which never runs twice
        self.launched.add(run_id)
        self._entries.put(started)
        _log.info("A training was started", extra={"run_id": run_id, "attempt": started.attempt})
        return None


def now_ms() -> int:
    """Returns the time in Unix ms."""
    return time.time_ns() // 1_000_000
