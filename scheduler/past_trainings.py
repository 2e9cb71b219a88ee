"""Housekeeping of ended trainings: frees disk space, and finds checkpoints in MLflow for those without files."""

import logging
import time
from collections.abc import Iterator
from typing import Final

from concurrency.rounds import PeriodicTask
from domain.errors import ClewError
from scheduler.backends.checkpoints import Checkpoints
from scheduler.local.run_folders import RunFolders
from scheduler.queue.dispatcher import Dispatcher
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry

_ROUND_SECONDS: Final = 2.0
_SWEEP_SECONDS: Final = 30.0
_log = logging.getLogger(__name__)


class PastTrainings:
    """Runs every two seconds, once the queue was read; frees space every half a minute."""

    def __init__(self, entries: Entries, dispatcher: Dispatcher, folders: RunFolders, stored: Checkpoints) -> None:
        self._entries = entries
        self._dispatcher = dispatcher
        self._folders = folders
        self._stored = stored
        self._checked: set[str] = set()
        self._sweep_at = 0.0
        self._rounds = PeriodicTask("past-trainings", _ROUND_SECONDS, self.tick)

    def start(self) -> None:
        """Starts the thread."""
        self._rounds.start()

    def stop(self) -> None:
        """Stops after the current round."""
        self._rounds.stop()

    def tick(self) -> None:
        """Frees space, notes which files were deleted, and asks MLflow for the checkpoints of those trainings."""
        if not self._entries.is_read:
            return
        if time.monotonic() >= self._sweep_at:
            self._folders.sweep(self._is_needed, self._dispatcher.changing)
            self._sweep_at = time.monotonic() + _SWEEP_SECONDS
        for entry in self._without_files():
            self._entries.update(entry.run_id, _mark_files_deleted)
        for entry in self._unchecked():
            if self._rounds.is_stopping or not self._check_checkpoint(entry):
                return

    def _is_needed(self, run_id: str) -> bool | None:
        """Returns whether it waits, runs, has unsent changes, or another training is to start from its checkpoint."""
        entry = self._entries.find(run_id)
        if entry is not None and not (entry.is_over and entry.recorded is entry.state):
            return True
        if any(one.parent == run_id and not one.is_over for one in self._entries.all()):
            return True
        return None if entry is None else False

    def _without_files(self) -> Iterator[Entry]:
        for entry in self._entries.over():
            if entry.attempt and entry.has_files and not self._folders.has(entry.run_id):
                self._checked.discard(entry.run_id)
                yield entry

    def _unchecked(self) -> Iterator[Entry]:
        """Yields trainings whose checkpoints MLflow has not been asked for; only Clew's own programs upload any."""
        for entry in self._entries.over():
            if entry.trainer_reports and not (entry.has_files or entry.has_checkpoint or entry.run_id in self._checked):
                yield entry

    def _check_checkpoint(self, entry: Entry) -> bool:
        """Asks MLflow about one; returns whether it answered."""
        try:
            has_one = self._stored.newest(entry.run_id) is not None
        except ClewError as error:
            _log.debug("MLflow does not tell of checkpoints", extra={"cause": str(error)})
            return False
        self._checked.add(entry.run_id)
        self._entries.update(entry.run_id, lambda now: now.but(has_checkpoint=has_one) if now.is_over else now)
        return True


def _mark_files_deleted(entry: Entry) -> Entry:
    return entry.but(has_files=False, has_checkpoint=False) if entry.is_over else entry
