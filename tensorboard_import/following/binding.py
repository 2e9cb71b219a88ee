"""Finds or creates the run of a folder: the one its files were imported into, a copy's, or a new one."""

import hashlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mlflow_api.run_writes import StoredRun
from tensorboard_import.folders.event_file import begins_as
from tensorboard_import.folders.folder_files import FolderFiles
from tensorboard_import.folders.naming import RunDestination
from tensorboard_import.folders.walk import FoundFolder
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.imported_run import ImportedRun, ImportTarget
from tensorboard_import.writing.known_runs import KnownRun, KnownRuns
from tensorboard_import.writing.run_tags import FileProgress

_log = logging.getLogger(__name__)


class ImportContext(NamedTuple):
    """What all folders of one source share."""

    server: ImportTarget
    known: KnownRuns
    host: str
    stall_seconds: float
    """How long another host's import may make no progress before this host continues it."""
    logdir: Path


class SkippedFolder(NamedTuple):
    """A folder without a run, and why."""

    reason: str


class Binding:
    """A folder with its open files; raises the errors of MLflow's calls, and Stopped."""

    def __init__(self, shared: ImportContext, place: RunDestination, found: FoundFolder, files: FolderFiles) -> None:
        self._shared = shared
        self._place = place
        self._found = found
        self._files = files

    def run(self) -> ImportedRun | SkippedFolder:
        """Returns its run, existing or new."""
        key = next(iter(self._files.opened.values())).id
        with self._shared.known.binding(key):
            run = self._found_or_made(key)
            if isinstance(run, SkippedFolder):
                return run
            self._shared.known.bind(run.run_id, self._found.path)
        self._report_place(run)
        return run

    def recreated(self, run: ImportedRun) -> ImportedRun:
        """Returns a new run that replaces `run`, which is deleted."""
        generation = run_tags.generation_of(run.tags) + 1
        tags = run_tags.others(run.tags) | self._tags(run.tags[run_tags.KEY], generation)
        known = self._shared.known
        _log.info("A restart made points of a run void: it is written anew", extra={"run_id": run.run_id})
        stored = known.make(run.experiment_id, run.name, start_ms=self._start_ms(), tags=tags, fits=self._fits)
        known.remove(run.run_id, stored.run_id)
        known.bind(stored.run_id, self._found.path)
        return ImportedRun(self._shared.server, stored)

    def _found_or_made(self, key: str) -> ImportedRun | SkippedFolder:
        known = self._shared.known.of(key, self._fits)
        originals = [folder for run in known if (folder := self._original(run)) is not None]
        fitting = [run for run in known if self._is_here(run)] or [run for run in known if self._original(run) is None]
        if originals and not fitting:
            if self._is_copy_of(originals[0]):
                return SkippedFolder(f"it holds the same files as {originals[0]}")
            key = hashlib.sha256(f"{key} {self._found.relative}".encode(errors="replace")).hexdigest()[:16]
            fitting = self._shared.known.of(key, self._fits)
        ranked = sorted(fitting, key=lambda run: (run.is_removed, -run.generation, run.run_id))
        if not ranked:
            return ImportedRun(self._shared.server, self._made(self._tags(key)))
        return deleted(ranked[0].run_id) if ranked[0].is_removed else self._first_of(ranked)

    def _first_of(self, ranked: list[KnownRun]) -> ImportedRun:
        """Returns the first of the runs that belong to the folder.

        Duplicates that another host made for the same folder are deleted.
        """
        for twin in ranked[1:]:
            if not twin.is_removed and twin.folder == ranked[0].folder:
                self._shared.known.remove(twin.run_id, ranked[0].run_id)
        server = self._shared.server
        return ImportedRun(server, server.patience.call(lambda: server.runs.get(ranked[0].run_id)))

    def _made(self, tags: Mapping[str, str]) -> StoredRun:
        known = self._shared.known
        experiment_id = known.experiment(self._place.experiment)
        return known.make(experiment_id, self._place.run, start_ms=self._start_ms(), tags=tags, fits=self._fits)

    def _tags(self, key: str, generation: int = 0) -> dict[str, str]:
        return {
            run_tags.KEY: key,
            run_tags.GENERATION: str(generation),
            run_tags.HOST: self._shared.host,
            **self._where(),
            **self._begun(),
        }

    def _begun(self) -> dict[str, str]:
        """Returns the tags for files that are still unread."""
        tags: dict[str, str] = {}
        for file in self._files.opened.values():
            tags |= run_tags.file_tag(file.id, FileProgress(name=file.path.name, offset=0, head=file.head))
        return tags

    def _where(self) -> dict[str, str]:
        clean = {run_tags.LOGDIR: str(self._shared.logdir), run_tags.FOLDER: self._found.relative}
        return {key: text.encode("utf-8", "replace").decode() for key, text in clean.items()}

    def _report_place(self, run: ImportedRun) -> None:
        """Updates the run's tags if the folder was moved."""
        is_ours = run.tags.get(run_tags.HOST) == self._shared.host
        if is_ours and any(run.tags.get(key) != text for key, text in self._where().items()):
            run.tag(self._where())

    def _fits(self, files: Mapping[str, FileProgress]) -> bool:
        """Returns whether the files that a run was made of are the ones in this folder."""
        by_id = {file.id: file for file in self._files.opened.values()}
        return all(begins_as(by_id[own].path, progress.head) for own, progress in files.items() if own in by_id)

    def _is_here(self, run: KnownRun) -> bool:
        return run.folder == self._where()[run_tags.FOLDER] and self._original(run) is None

    def _original(self, run: KnownRun) -> Path | None:
        """Returns another folder of this host that still has one of the run's files: this folder is a copy of it."""
        places = [self._shared.known.bound(run.run_id)]
        if run.host == self._shared.host:
            places += [Path(run.logdir) / run.folder, self._shared.logdir / run.folder]
        for folder in places:
            if folder not in (None, self._found.path) and any(
                (folder / one.name).is_file() for one in run.files.values()
            ):
                return folder
        return None

    def _is_copy_of(self, folder: Path) -> bool:
        """Returns whether each file here is also there, with the same length."""
        try:
            return all((folder / one.path.name).stat().st_size == one.size for one in self._found.files)
        except OSError:
            return False

    def _start_ms(self) -> int:
        first = [file.first_wall for file in self._files.opened.values() if 0 < file.first_wall < 2**53 / 1000]
        return round(1000 * min(first, default=time.time()))


def deleted(run_id: str) -> SkippedFolder:
    """Returns the reason for a folder whose run was deleted by a user."""
    return SkippedFolder(f"its run {run_id} was deleted in MLflow; restore it there to go on")
