"""All changes of the runs of one MLflow in one service, which also makes every worker's lists follow each change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.run_changes.changes import RunChange
from domain.run_changes.now import MovedRuns, RunNow
from domain.run_changes.requests import ManyRuns, RunAction
from mlflow_api.client import MlflowApi
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import RunTrashCalls
from services.run_changes.changing import ChangedRun, RunEditor
from services.run_changes.deletion import RunDeletion
from services.run_changes.trash import RunTrash
from services.sharing.shared_file import cache_folder
from services.sharing.version_token import VersionToken
from services.tracking.sources.own_changes import OwnChanges


class TeamRuns:
    """Changes, deletes and restores runs; each write, also a failed one, is recorded for refreshes of the list."""

    def __init__(
        self,
        changing: RunEditor,
        deletion: RunDeletion,
        trash: RunTrash,
        noted: OwnChanges,
        token: VersionToken,
        hint: Callable[[], None] = lambda: None,
    ) -> None:
        self._changing = changing
        self._deletion = deletion
        self.trash = trash
        self._own_changes = noted
        self._token = token
        self._hint = hint

    @classmethod
    def of(
        cls, mlflow: MlflowApi, cache_dir: Path, refresh_seconds: float, hint: Callable[[], None] = lambda: None
    ) -> "TeamRuns":
        """Builds the service for this MLflow; the workers of this host share records in `cache_dir`.

        `hint` is called after each deletion or restoration.
        """
        folder = cache_folder(cache_dir, mlflow.service.url)
        token, calls, marks = VersionToken(folder / "run-trash-changed"), RunTrashCalls(mlflow), PurgeMarks(mlflow)
        trash = RunTrash(calls, marks, refresh_seconds, token, folder)
        return cls(RunEditor(calls), RunDeletion(calls, marks), trash, OwnChanges(folder), token, hint)

    def change(self, run_id: str, change: RunChange, by: str | None) -> ChangedRun:
        """Implements `RunEditor.change`."""
        try:
            return self._changing.change(run_id, change, by)
        finally:
            self._own_changes.add([run_id])

    def now(self, run_id: str) -> RunNow:
        """Implements `RunEditor.now`."""
        return self._changing.now(run_id)

    def moves(self, run_id: str) -> MovedRuns:
        """Implements `RunDeletion.moves`."""
        return self._deletion.moves(run_id)

    def act(self, request: ManyRuns, run_id: str, by: str | None) -> ChangedRun | MovedRuns:
        """Applies an action for many runs to one of them."""
        if request.change is not None:
            return self.change(run_id, request.change, by)
        return self.delete(run_id, by) if request.action is RunAction.DELETE else self.restore(run_id, by)

    def delete(self, run_id: str, by: str | None) -> MovedRuns:
        """Implements `RunDeletion.delete`."""
        with self._noting(run_id) as family:
            done = self._deletion.delete(run_id, by)
            family += [run.run_id for run in done.runs]
            return done

    def restore(self, run_id: str, by: str | None) -> MovedRuns:
        """Implements `RunDeletion.restore`."""
        with self._noting(run_id) as family:
            done = self._deletion.restore(run_id, by)
            family += [run.run_id for run in done.runs]
            return done

    def keep_for(self, run_id: str, model: str, by: str | None) -> bool:
        """Implements `RunDeletion.keep_for`."""
        with self._noting(run_id):
            return self._deletion.keep_for(run_id, model, by)

    @contextmanager
    def _noting(self, run_id: str) -> Iterator[list[str]]:
        """Records the run, and those that are appended, even if the block fails."""
        changed = [run_id]
        try:
            yield changed
        finally:
            self._own_changes.add(changed)
            self._token.renew()
            self._hint()
