"""Imports one folder into its run: its files piece by piece, then its status."""

import time
from collections.abc import Iterator
from typing import Final

from domain.errors import BadInput, NotFound
from domain.tracking.runs import RunStatus
from tensorboard_import.folders.folder_files import FolderFiles, OpenedFile
from tensorboard_import.folders.late_restarts import found_late_restart, is_late
from tensorboard_import.folders.naming import RunDestination
from tensorboard_import.folders.restarts import without_void
from tensorboard_import.folders.walk import FoundFolder
from tensorboard_import.following.binding import Binding, ImportContext, SkippedFolder, deleted
from tensorboard_import.following.piece_writer import PieceWriter
from tensorboard_import.following.taking_over import TakeoverWatch
from tensorboard_import.reading.events import content_of
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.imported_run import ImportedRun

_SHORT: Final = 48 * 2**10
"""The size of a folder's first piece, so that every folder soon shows something."""
_LONG: Final = 512 * 2**10


class FolderImport:
    """The import of a folder; used by one thread at a time."""

    def __init__(self, shared: ImportContext, found: FoundFolder, place: RunDestination) -> None:
        self.found = found
        self.run: ImportedRun | None = None
        self.left_alone = ""
        """Why it is not imported, if it is not."""
        self._shared = shared
        self._place = place
        self._open_none()
        self._taking_over = TakeoverWatch(shared.host, shared.stall_seconds)
        self._writer = PieceWriter()

    @property
    def points(self) -> int:
        """The number of points imported so far."""
        return self._writer.points

    @property
    def backlog(self) -> int:
        """The number of bytes still to import."""
        if self.left_alone or self._taking_over.is_waiting:
            return 0
        return self._files.backlog + (self._hparams.backlog if self._files.opened else 0)

    @property
    def is_waiting(self) -> bool:
        """Whether another host is importing it."""
        return not self.left_alone and self._taking_over.is_waiting

    @property
    def is_running(self) -> bool:
        """Whether its run has the status "running" in MLflow."""
        return self.run is not None and not self.left_alone and self.run.status == RunStatus.RUNNING

    @property
    def problems(self) -> list[str]:
        """The problems with its files, each with the path."""
        return [f"{self.found.path}: {sentence}" for sentence in (*self._files.problems, *self._hparams.problems)]

    @property
    def has_unread(self) -> bool:
        """Whether one of its files lacks read permission."""
        return bool(self._files.unread or self._hparams.unread)

    def note(self, found: FoundFolder) -> None:
        """Updates the state of the folder from a new walk."""
        if self.left_alone and found.files != self.found.files:
            self.left_alone = ""  # a copy may have been changed since
        self.found = found
        self._files.note(found.files)
        self._hparams.note(found.hparams_files)

    def step(self) -> None:
        """Imports the next piece; raises ClewError, OSError and Stopped."""
        opened = self._files.open_new()
        if not self._files.opened:
            return
        opened += self._hparams.open_new()
        try:
            run = self.run or self._bind()
            if run is None:
                return
            if opened:
                run = self._resume_files(run)
            if (file := self._files.next() or self._hparams.next()) is not None and not self._is_elsewhere(run):
                self._import(run, file)
        except (BadInput, NotFound):
            if self.run is None or not self.run.read_again().is_deleted:
                raise
            self._search_run_again()

    def settle(self, silent_seconds: float) -> None:
        """Sets the run's status once everything is imported, depending on whether the files still grow."""
        if self.run is None or self.left_alone or self.is_waiting:
            return
        if time.time() - self.found.changed < silent_seconds:
            return
        if (problem := "; ".join(self.problems)) != self.run.tags.get(run_tags.PROBLEM, ""):
            self.run.tag({run_tags.PROBLEM: problem})
        if self.run.status == RunStatus.RUNNING:
            self.run.set_status(RunStatus.FINISHED, self._last_ms())

    @property
    def _binding(self) -> Binding:
        return Binding(self._shared, self._place, self.found, self._files)

    def _bind(self) -> ImportedRun | None:
        """Returns its run; None if it is not to be imported."""
        bound = self._binding.run()
        if isinstance(bound, SkippedFolder):
            self.left_alone = bound.reason
            return None
        self.run = bound
        return bound

    def _resume_files(self, run: ImportedRun) -> ImportedRun:
        """Lets new files continue from an earlier import, and applies the restarts that they contain."""
        self._adopt(run)
        return self._rewrite(run) if is_late(self._files) else run

    def _adopt(self, run: ImportedRun) -> None:
        for file in self._opened():
            if (progress := run.progress.get(file.id)) is not None:
                file.resume(progress.offset, progress.head, progress.top, progress.last_ms)

    def _import(self, run: ImportedRun, file: OpenedFile) -> None:
        piece = file.read(_LONG if file.offset else _SHORT)
        content = content_of(piece.records)
        if file in self._files.opened.values():
            if found_late_restart(self._files, file, piece, content):
                self._rewrite(run)
                return
            if content.points.step.size or content.restarts:
                content = without_void(content, file.path.name, piece.begins, self._files.voids)
        self._writer.add_texts(run, file, content)
        if piece.records.used or piece.passed_over:
            run.set_status(RunStatus.RUNNING)
            self._writer.log_points(run, file, piece, content)
        else:
            file.move(piece)

    def _rewrite(self, run: ImportedRun) -> ImportedRun:
        """Starts a new run in place of this one: a restart discarded points, and MLflow cannot delete points."""
        for file in self._opened():
            file.begin_again()
        self.run = self._binding.recreated(run)
        return self.run

    def _search_run_again(self) -> None:
        """Searches its run again: another host replaced it, or a user deleted it."""
        assert self.run is not None
        lost, self.run = self.run.read_again(), None
        if run_tags.SUPERSEDED in lost.tags:
            self._shared.known.replace(lost)
        else:
            self.left_alone = deleted(lost.run_id).reason
        self._open_none()

    def _open_none(self) -> None:
        """Marks all found files as unread."""
        self._files = FolderFiles()
        self._files.note(self.found.files)
        self._hparams = FolderFiles()
        """Separate files: restarts of the run do not apply to them, since they have a writer of their own."""
        self._hparams.note(self.found.hparams_files)

    def _opened(self) -> Iterator[OpenedFile]:
        yield from self._files.opened.values()
        yield from self._hparams.opened.values()

    def _is_elsewhere(self, run: ImportedRun) -> bool:
        """Returns whether another host is importing it; if so, adopts that host's progress."""
        if (now := self._taking_over.run_of_other_host(run)) is None:
            return False
        self.run = ImportedRun(self._shared.server, now)
        self._adopt(self.run)
        return True

    def _last_ms(self) -> int | None:
        return max((file.last_ms for file in self._files.opened.values() if file.last_ms), default=None)
