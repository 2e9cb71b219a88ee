"""The existing runs of folders: found by the folder's identity, independent of its path; created once across hosts."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from domain.errors import BadInput, NotFound
from mlflow_api.run_writes import RunWrites, StoredRun
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.patience import RetryingCalls
from tensorboard_import.writing.run_tags import FileProgress

_MAX: Final = 1_000_000
_log = logging.getLogger(__name__)
FitsFiles = Callable[[Mapping[str, FileProgress]], bool]


class KnownRun(NamedTuple):
    """A run, and the folder described by its tags."""

    run_id: str
    logdir: str
    folder: str
    host: str
    generation: int
    is_removed: bool
    """Deleted by a user, so it must not be created again."""
    files: Mapping[str, FileProgress]


class KnownRuns:
    """All imported runs of one MLflow, read once; later ones are searched before a new one is created."""

    def __init__(self, runs: RunWrites, patience: RetryingCalls) -> None:
        self._runs = runs
        self._patience = patience
        self._lock = Lock()
        self._by_key: dict[str, list[KnownRun]] = {}
        self._experiments: dict[str, str] = {}
        self._bindings: dict[str, Lock] = {}
        self._bound: dict[str, Path] = {}
        self._is_read = False

    def of(self, key: str, fits: FitsFiles) -> list[KnownRun]:
        """Returns the runs of a folder with this key whose files `fits` accepts."""
        self._read()
        return [run for run in self._by_key.get(key, []) if fits(run.files)]

    def bind(self, run_id: str, path: Path) -> None:
        """Stores which local folder belongs to a run."""
        self._bound[run_id] = path

    def bound(self, run_id: str) -> Path | None:
        """Returns the local folder of a run, if it has been found."""
        return self._bound.get(run_id)

    @contextmanager
    def binding(self, key: str) -> Iterator[None]:
        """Lets one thread at a time find or create the run of a folder with this key."""
        with self._lock:
            lock = self._bindings.setdefault(key, Lock())
        with lock:
            yield

    def make(
        self, experiment_id: str, name: str, *, start_ms: int, tags: Mapping[str, str], fits: FitsFiles
    ) -> StoredRun:
        """Returns the one run of a folder: created here, or by a faster process."""
        found = self._settled(experiment_id, tags, fits)
        if found is None:
            made = self._patience.call(lambda: self._runs.create(experiment_id, name, start_ms=start_ms, tags=tags))
            found = self._settled(experiment_id, tags, fits) or made
        self._note(found)
        return found

    def remove(self, run_id: str, kept_id: str) -> None:
        """Deletes a run that has been replaced by another."""
        try:
            self._patience.call(lambda: self._runs.tag(run_id, {run_tags.SUPERSEDED: kept_id}))
            self._patience.call(lambda: self._runs.delete(run_id))
        except (BadInput, NotFound) as error:  # another process did it at the same moment
            _log.info("A run was removed by another: %s", error, extra={"run_id": run_id})

    def replace(self, lost: StoredRun) -> None:
        """Takes the run with which another host replaced `lost`, and drops that; raises NotFound."""
        same = self._by_key.get(lost.tags[run_tags.KEY], [])
        same[:] = [run for run in same if run.run_id != lost.run_id]
        self._note(self._patience.call(lambda: self._runs.get(lost.tags[run_tags.SUPERSEDED])))

    def experiment(self, name: str) -> str:
        """Returns the id of an experiment, created if needed."""
        with self._lock:
            if name not in self._experiments:
                self._experiments[name] = self._patience.call(lambda: self._runs.experiment(name))
            return self._experiments[name]

    def _settled(self, experiment_id: str, tags: Mapping[str, str], fits: FitsFiles) -> StoredRun | None:
        """Returns the run that stays if there are several: of the newest generation, the one with the lowest id.

        The others are deleted, by any process that sees them.
        """
        where = f"tags.`{run_tags.KEY}` = '{tags[run_tags.KEY]}'"
        found = [
            run
            for run in self._patience.call(lambda: list(self._runs.search([experiment_id], where, _MAX)))
            if run.tags.get(run_tags.FOLDER) == tags[run_tags.FOLDER]
            and run_tags.generation_of(run.tags) >= run_tags.generation_of(tags)
            and fits(run_tags.files_in(run.tags))
        ]
        ranked = sorted(found, key=lambda run: (-run_tags.generation_of(run.tags), run.run_id))
        for run in ranked[1:]:
            self.remove(run.run_id, ranked[0].run_id)
        return ranked[0] if ranked else None

    def _read(self) -> None:
        with self._lock:
            if not self._is_read:
                ids = self._patience.call(lambda: list(self._runs.experiments()))
                for run in self._patience.call(lambda: self._all(ids)):
                    self._note(run)
                self._is_read = True

    def _all(self, experiment_ids: list[str]) -> list[StoredRun]:
        where = f"tags.`{run_tags.KEY}` LIKE '%'"
        found = self._runs.search(experiment_ids, where, _MAX, with_deleted=True)
        return [run.model_copy(update={"metrics": {}, "params": {}}) for run in found]

    def _note(self, run: StoredRun) -> None:
        tags = run.tags
        if run.is_deleted and run_tags.SUPERSEDED in tags:
            return
        known = KnownRun(
            run.run_id,
            tags.get(run_tags.LOGDIR, ""),
            tags.get(run_tags.FOLDER, ""),
            tags.get(run_tags.HOST, ""),
            run_tags.generation_of(tags),
            run.is_deleted,
            run_tags.files_in(tags),
        )
        same = self._by_key.setdefault(tags[run_tags.KEY], [])
        same[:] = [*(one for one in same if one.run_id != run.run_id), known]
