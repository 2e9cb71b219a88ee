"""The actions on an existing training: stop it, move it in the queue, continue it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from domain.errors.trainings.files import FilesGone
from domain.errors.trainings.reasons import CancelledInQueue, NoCheckpoint, NotOverYet
from domain.errors.trainings.requests import NotContinuable, TrainingNotQueued, TrainingOver
from domain.message_data import MessageData
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Backend, begins_with_checkpoint
from scheduler.queue.dispatcher import Dispatcher, now_ms
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.mlflow_queue import MlflowQueue

_NO_NAME: Final = ""


class QueueActions:
    """Each action returns the new state of the training. A waiting one is changed in MLflow first, then in memory."""

    def __init__(
        self,
        entries: Entries,
        queue: MlflowQueue,
        backend: Backend,
        dispatcher: Dispatcher,
        forget_progress: Callable[[str], None],
    ) -> None:
        self._entries = entries
        self._queue = queue
        self._backend = backend
        self._dispatcher = dispatcher
        self._forget_progress = forget_progress

    def stop(self, run_id: str, by: str | None) -> Entry:
        """Stops a running training, and cancels a waiting one; raises TrainingOver. Needs no MLflow if it runs."""
        if self._entries.get(run_id).is_waiting:
            with suppress(TrainingNotQueued):  # it starts at this very moment
                return self.cancel(run_id, by)
        entry = self._entries.get(run_id)
        if entry.is_over:
            raise TrainingOver()
        return self._stopped(entry, by)

    def cancel(self, run_id: str, by: str | None) -> Entry:
        """Removes it from the queue."""
        outcome = MessageData.of(CancelledInQueue())
        changed = self._change(
            run_id,
            lambda entry: entry.but(
                state=TrainingState.KILLED, ended_ms=now_ms(), outcome=outcome, stopped_by=by or _NO_NAME
            ),
        )
        self._backend.withdraw(run_id)
        self._dispatcher.wake()
        return changed

    def hold(self, run_id: str) -> Entry:
        """Keeps it from starting."""
        changed = self._change(run_id, lambda entry: entry.but(state=TrainingState.HELD))
        self._backend.withdraw(run_id)
        return changed

    def release(self, run_id: str) -> Entry:
        """Lets it start when its turn comes."""
        changed = self._change(run_id, lambda entry: entry.but(state=TrainingState.QUEUED))
        self._dispatcher.wake()
        return changed

    def first(self, run_id: str) -> Entry:
        """Moves it before all other waiting ones."""
        least = min((one.place for one in self._entries.waiting() if one.run_id != run_id), default=0.0)
        changed = self._change(run_id, lambda entry: entry.but(place=min(entry.place, least - 1)))
        self._dispatcher.wake()
        return changed

    def continue_(self, run_id: str) -> Entry:
        """Queues it again, to continue from its newest checkpoint in the same run."""
        with self._dispatcher.changing:
            entry = self._entries.get(run_id)
            if not entry.is_over:
                raise NotContinuable(NotOverYet())
            if entry.state is TrainingState.DONE:
                raise TrainingOver()
            if not begins_with_checkpoint(self._backend, run_id):
                raise NotContinuable(NoCheckpoint() if entry.has_files else FilesGone())
            self._queue.forget_end(run_id)
            again = self._written(_again(entry))
        self._forget_progress(run_id)
        self._dispatcher.wake()
        return again

    def _change(self, run_id: str, change: Callable[[Entry], Entry]) -> Entry:
        with self._dispatcher.changing:
            entry = self._entries.get(run_id)
            if entry.is_over:
                raise TrainingOver()
            if not entry.is_waiting:
                raise TrainingNotQueued()
            return self._written(change(entry))

    def _written(self, entry: Entry) -> Entry:
        self._entries.change(entry.run_id, recorded=None)  # written again next time, even if the answer is lost
        self._queue.record(entry)
        recorded = entry.but(recorded=entry.state)
        self._entries.put(recorded)
        return recorded

    def _stopped(self, entry: Entry, by: str | None) -> Entry:
        self._backend.stop(entry.run_id, entry.attempt, by)
        known_by = by or _NO_NAME

        def stopping(now: Entry) -> Entry:
            if not now.is_alive or (now.state is TrainingState.STOPPING and now.stopped_by is not None):
                return now
            return now.but(state=TrainingState.STOPPING, stopped_by=known_by, recorded=None)

        changed = self._entries.update(entry.run_id, stopping) or entry
        self._dispatcher.wake()
        return changed


def _again(entry: Entry) -> Entry:
    """Returns an ended training in the state of waiting to continue."""
    return entry.but(
        state=TrainingState.QUEUED,
        place=float(now_ms()),
        started_ms=None,
        ended_ms=None,
        exit_code=None,
        outcome=None,
        stopped_by=None,
        log_tail=(),
        has_files=True,
        is_continuation=True,
    )
