"""Reads the queue from MLflow, and merges it with the state in memory."""

import time
from typing import Final

from domain.errors.trainings.reasons import CancelledInQueue
from domain.message_data import MessageData
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Backend
from scheduler.queue.entries import MAX_OVER, Entries
from scheduler.queue.entry import Entry
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.trainers import Trainers

READ_SECONDS: Final = 30.0


class QueueReader:
    """Reads the queue at first, and every half a minute, which finds runs whose creation was not confirmed."""

    def __init__(self, entries: Entries, queue: MlflowQueue, backend: Backend, trainers: Trainers) -> None:
        self._entries = entries
        self._queue = queue
        self._backend = backend
        self._trainers = trainers
        self._due = 0.0
        self._has_read_past = False

    def read_soon(self) -> None:
        """Makes the next `read_if_due` read."""
        self._due = 0.0

    def read_if_due(self) -> None:
        """Reads waiting and running trainings, if due; raises a ServiceError."""
        if time.monotonic() < self._due:
            return
        before = {entry.run_id: entry for entry in self._entries.all()}
        found = {entry.run_id: self._trainers.completed(entry) for entry in self._queue.live()}
        for entry in sorted(found.values(), key=lambda one: (one.asked_ms, one.run_id)):
            self._take(before.get(entry.run_id), entry)
        for known in before.values():
            if known.is_waiting and known.run_id not in found:
                self._read_again(known)
        self._due = time.monotonic() + READ_SECONDS
        self._entries.is_read = True

    def read_past(self) -> None:
        """Reads the ended ones, once; raises a ServiceError."""
        if self._has_read_past:
            return
        for entry in self._queue.past(MAX_OVER):
            has_checkpoint = self._backend.has_checkpoint(entry.run_id)
            self._entries.replace(None, self._trainers.completed(entry).but(has_checkpoint=has_checkpoint))
        self._has_read_past = True

    def _take(self, known: Entry | None, found: Entry) -> None:
        """Takes waiting trainings from MLflow, but keeps the state in memory of running and ended ones."""
        if known is None:
            self._entries.replace(None, self._cancel_duplicate(found))
        elif known.is_waiting and found.is_waiting and known.recorded is known.state:
            self._entries.replace(known, found)

    def _cancel_duplicate(self, found: Entry) -> Entry:
        """Cancels one of two runs made by the same request, whose first answer was lost."""
        twin = self._entries.of_request(found.request_id)
        if twin is None or twin.run_id == found.run_id or not found.is_waiting:
            return found
        now = time.time_ns() // 1_000_000
        outcome = MessageData.of(CancelledInQueue())
        return found.but(state=TrainingState.KILLED, ended_ms=now, outcome=outcome, request_id="", recorded=None)

    def _read_again(self, known: Entry) -> None:
        """Reads one that a search did not find: its run was deleted, or its state was changed by another program."""
        found = self._queue.get(known.run_id)
        if found is None:
            self._entries.drop(known)
        elif found.is_over:
            self._entries.replace(known, known.but(state=found.state, ended_ms=found.ended_ms, outcome=found.outcome))
