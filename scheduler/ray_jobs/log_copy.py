"""A local copy of a job's log, so that it can be read in pieces, and after Ray has deleted it."""

import logging
import threading
import time
from pathlib import Path
from typing import Final

from domain.errors import ClewError
from scheduler.ray_jobs.jobs_api import JobsApi

EACH_SECONDS: Final = 0.5
UNWATCHED_SECONDS: Final = 15.0
_SHARE: Final = 10
"""At most a tenth of the time is spent on reading one log: Ray sends it from its first byte on, each time."""
_log = logging.getLogger(__name__)


class LogCopy:
    """The log of one attempt at the end of the training's log file; it starts there at byte `begins`."""

    def __init__(self, jobs: JobsApi, submission_id: str, path: Path, begins: int) -> None:
        self._jobs, self._submission_id, self._path, self._begins = jobs, submission_id, path, begins
        self._due = self._watched_until = 0.0
        self._lock = threading.Lock()
        """Held while reading: the thread that reads logs and the one that sees a job's end would each append it."""
        self._skip = 0
        self._is_full = False

    def watch(self) -> None:
        """Notes that it is being viewed, so that it is read more often for a while."""
        now = time.monotonic()
        if now > self._watched_until:
            self._due = min(self._due, now)
        self._watched_until = now + UNWATCHED_SECONDS

    def refresh(self) -> None:
        """Appends new content, if due."""
        if (began := time.monotonic()) < self._due:
            return
        self.read()
        took = time.monotonic() - began
        pause = EACH_SECONDS if began < self._watched_until else UNWATCHED_SECONDS
        self._due = began + max(pause, _SHARE * took)

    def read(self) -> None:
        """Appends new content; if that fails, it is tried again later."""
        with self._lock:
            self._skip = max(0, _size(self._path) - self._begins)
            try:
                self._jobs.read_log(self._submission_id, self._take)
            except ClewError as error:
                job = self._submission_id
                _log.debug("The log of a training was not read", extra={"job": job, "cause": str(error)})

    def _take(self, piece: bytes) -> None:
        skipped = min(self._skip, len(piece))
        self._skip -= skipped
        if self._is_full or skipped == len(piece):
            return
        try:
            with self._path.open("ab") as file:
                file.write(piece[skipped:])
        except OSError as error:  # raised, it would be taken for a failure of the connection
            self._is_full = True
            _log.warning("The log of a training is not kept: %s", error.strerror, extra={"job": self._submission_id})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
