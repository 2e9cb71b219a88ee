"""Walks LOGDIRs again and again, and imports several folders at a time into MLflow."""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Final, NamedTuple

from domain.errors import ClewError
from tensorboard_import.folders.hparams_folders import with_hparams
from tensorboard_import.folders.naming import Naming
from tensorboard_import.folders.walk import FoundFolder, LogdirScan
from tensorboard_import.following.binding import ImportContext
from tensorboard_import.following.folder_import import FolderImport
from tensorboard_import.following.report import Report
from tensorboard_import.following.turns import Turn, Turns
from tensorboard_import.writing.imported_run import ImportTarget
from tensorboard_import.writing.known_runs import KnownRuns
from tensorboard_import.writing.patience import Stopped

WORKERS: Final = 3
_WALK_SECONDS: Final = 1.5
_WALK_SHARE: Final = 10
"""At most this share of the time, a tenth, is spent on walks."""
_STALL_SECONDS: Final = 20.0
_RETRY_SECONDS: Final = 30.0
"""After how long a failed folder is tried again."""
_ONE_SHOT_SILENT_SECONDS: Final = 60.0
"""A one-time import sets a run to finished after at most this much silence."""
_log = logging.getLogger(__name__)


class Source(NamedTuple):
    """A LOGDIR, and how its folders are named."""

    logdir: Path
    naming: Naming


class Importer:
    """Imports the existing content; `follow` continues with new content."""

    def __init__(
        self,
        sources: Iterable[Source],
        server: ImportTarget,
        host: str,
        *,
        silent_seconds: float,
        stop: Event,
        stall_seconds: float = _STALL_SECONDS,
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        self._stall_seconds = stall_seconds
        self._retry_seconds = retry_seconds
        self._sources = list(sources)
        self._server = server
        self._known_runs = KnownRuns(server.runs, server.patience)
        self._host = host
        self._silent_seconds = silent_seconds
        self._stop = stop
        self._folders: dict[Path, Turn] = {}
        self._turns = Turns()
        self._busy: dict[Future[None], Turn] = {}
        self._walk_due = 0.0
        self._has_unread_folders = False
        self.report = Report()

    def import_all(self) -> bool:
        """Imports the existing content; returns whether all of it is in MLflow."""
        self._walk()
        with ThreadPoolExecutor(WORKERS, "import") as pool:
            while not self._stop.is_set() and (self._serve(pool) or self._is_waiting()):
                self._wait()
                self.report.report_progress(self._imports())
        silent_seconds = min(self._silent_seconds, _ONE_SHOT_SILENT_SECONDS)
        self._settle(silent_seconds)
        failures = [turn.failure for turn in self._folders.values() if turn.failure]
        self.report.report_end(self._imports(), failures)
        self.report.report_running(self._imports(), silent_seconds)
        is_all_read = not self._has_unread_folders and not any(one.has_unread for one in self._imports())
        return is_all_read and not failures and not self._stop.is_set()

    def follow(self) -> None:
        """Imports existing and new content until it is stopped."""
        with ThreadPoolExecutor(WORKERS, "import") as pool:
            while not self._stop.is_set():
                if time.monotonic() >= self._walk_due:
                    self._walk()
                    self._settle(self._silent_seconds)
                self._serve(pool)
                self._wait()
                self.report.report_progress(self._imports())

    def stop(self) -> None:
        """Stops after the batches in progress."""
        self._stop.set()

    def _walk(self) -> None:
        began = time.monotonic()
        found: dict[Path, None] = {}
        for source in self._sources:
            walk = LogdirScan(source.logdir)
            for folder in with_hparams(walk.folders()):
                found[folder.path] = None
                if folder.path in self._folders:
                    self._folders[folder.path].note(folder)
                else:
                    self._folders[folder.path] = Turn(self._import(source, folder))
            self.report.report_problems(walk.problems)
            self._has_unread_folders |= bool(walk.unread)
        self._folders = {path: turn for path, turn in self._folders.items() if path in found}
        took = time.monotonic() - began
        self._walk_due = time.monotonic() + max(_WALK_SECONDS, _WALK_SHARE * took)

    def _import(self, source: Source, folder: FoundFolder) -> FolderImport:
        shared = ImportContext(self._server, self._known_runs, self._host, self._stall_seconds, source.logdir)
        return FolderImport(shared, folder, source.naming.place(folder.relative))

    def _serve(self, pool: ThreadPoolExecutor) -> bool:
        """Submits as much work as the pool can do at once; returns whether there is any."""
        for future in [future for future in self._busy if future.done()]:
            self._served(self._busy.pop(future), future)
        while len(self._busy) < WORKERS:
            # One worker goes through all folders in turn, so that prioritised ones cannot starve the others.
            turn = self._turns.next(self._folders.values(), live_first=bool(self._busy))
            if turn is None:
                break
            turn.begin()
            self._busy[pool.submit(turn.folder.step)] = turn
        return bool(self._busy)

    def _served(self, turn: Turn, future: "Future[None]") -> None:
        turn.end()
        try:
            future.result()
            self._server.patience.renew()
        except Stopped:
            self._stop.set()
        except (ClewError, OSError) as error:
            turn.failure = f"{turn.folder.found.path}: {error}"
            turn.due = time.monotonic() + self._retry_seconds
            _log.warning("A folder could not be imported; it is tried again: %s", turn.failure)

    def _wait(self) -> None:
        if self._busy:
            wait(self._busy, timeout=0.5, return_when="FIRST_COMPLETED")
        else:
            self._stop.wait(0.3)

    def _settle(self, silent_seconds: float) -> None:
        for turn in self._folders.values():
            if not turn.is_busy and not turn.folder.backlog and not self._stop.is_set():
                try:
                    turn.folder.settle(silent_seconds)
                except Stopped:
                    return
                except ClewError as error:
                    _log.warning("The status of a run could not be set: %s", error)

    def _imports(self) -> list[FolderImport]:
        return [turn.folder for turn in self._folders.values()]

    def _is_waiting(self) -> bool:
        return any(turn.folder.is_waiting for turn in self._folders.values())
