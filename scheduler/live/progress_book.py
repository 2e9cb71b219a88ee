"""The progress of each training, for those whose progress was requested."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from domain.trainings.training import LivePoints, TrainingProgress
from scheduler.live.logged_progress import LoggedProgress
from scheduler.live.progress import ProgressFile
from scheduler.queue.entry import Entry

_WATCHED_SECONDS: Final = 10.0
_MAX_KEPT: Final = 64
S = TypeVar("S")


class ProgressBook:
    """Reads files if programs write them, else MLflow, which is only asked about watched trainings."""

    def __init__(self, file_of: Callable[[str], Path | None], logged: Callable[[str], LoggedProgress]) -> None:
        self._file_of = file_of
        self._logged_of = logged
        self._lock = threading.Lock()
        self._files: dict[str, ProgressFile] = {}
        self._logged: dict[str, LoggedProgress] = {}
        self._watched: dict[str, float] = {}

    def progress(self, entry: Entry) -> TrainingProgress | None:
        """Returns the newest known progress."""
        with self._lock:
            return self._source(entry).last

    def curves(self, entry: Entry) -> list[LivePoints]:
        """Returns the known curves."""
        with self._lock:
            return self._source(entry).curves

    def has_begun(self, entry: Entry) -> bool:
        """Returns whether the current attempt has reported progress.

        For a program that reports none, whether it runs.
        """
        if entry.trainer_reports:
            last = self.progress(entry)
            return last is not None and last.at_ms >= (entry.started_ms or 0)
        return True

    def watch(self, entry: Entry) -> None:
        """Keeps MLflow polled about a training for some more seconds."""
        with self._lock:
            self._watched[entry.run_id] = time.monotonic()

    def due(self, find: Callable[[str], Entry | None]) -> list[LoggedProgress]:
        """Returns the trainings to ask MLflow about.

        Watched, without a file, and running or not asked since they ended.
        """
        with self._lock:
            now = time.monotonic()
            self._watched = {run: at for run, at in self._watched.items() if now - at < _WATCHED_SECONDS}
            entries = [entry for run in self._watched if (entry := find(run)) is not None]
            found = [(entry, self._source(entry)) for entry in entries if entry.attempt]
        return [
            source
            for entry, source in found
            if isinstance(source, LoggedProgress) and (entry.is_alive or source.last is None)
        ]

    def forget(self, run_id: str) -> None:
        """Drops what is known of a training, so that it is read again."""
        with self._lock:
            self._files.pop(run_id, None)
            self._logged.pop(run_id, None)

    def _source(self, entry: Entry) -> ProgressFile | LoggedProgress:
        """Returns the source of its progress; the lock must be held."""
        path = self._file_of(entry.run_id)
        if path is not None and ((entry.trainer_reports and entry.has_files) or path.exists()):
            file = _kept(self._files, entry.run_id, lambda: ProgressFile(path))
            file.read()
            return file
        return _kept(self._logged, entry.run_id, lambda: self._logged_of(entry.run_id))


def _kept(known: dict[str, S], run_id: str, make: Callable[[], S]) -> S:
    source = known.pop(run_id, None) or make()
    known[run_id] = source  # moved to the end: the least recently used one is first
    if len(known) > _MAX_KEPT:
        del known[next(iter(known))]
    return source
