"""Purges runs that were deleted long ago: `python -m services.run_changes.purge`, from a timer or by hand.

It takes two runs of it, an hour or more apart, as the models' purge does. The first marks a run, which can then not be
restored here. A later one checks again, and removes it with its artifacts by MLflow's own garbage collection, which
also checks MLflow's own time of deletion: after a crash or a deletion in MLflow, the tags may contain an older one.

Runs with registered versions are kept, and restored from the trash if such a version is active.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.errors import NotFound, ReadOnly
from domain.errors.run_changes.records import DatabaseNotNamed
from domain.moments import utc_now
from domain.run_changes.history import deletion_since
from mlflow_api.client import MlflowApi
from mlflow_api.registry.versions import moment_of
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import MadeVersion, RunTrashCalls
from mlflow_api.run_writes import StoredRun
from services.run_changes.deletion import RunDeletion
from services.run_changes.mlflow_gc import MlflowGc
from settings.command import run_command
from settings.settings import Settings

BETWEEN_RUNS = timedelta(hours=1)
MAX_RUNS = 100_000
_PIECE = 50
Remove = Callable[[Sequence[str]], Mapping[str, str]]
"""Removes runs, and returns those that it refused with its reasons."""
log = logging.getLogger(__name__)


class PurgeResult(NamedTuple):
    """The result, by run ids; `kept` are runs that were restored because a model of theirs is active."""

    marked: list[str]
    removed: list[str]
    spared: list[str]
    kept: list[str]

    def __str__(self) -> str:
        outcome = {
            "marked for removal": self.marked,
            "removed for good": self.removed,
            "spared": self.spared,
            "back, for a model of theirs is active": self.kept,
        }
        return "; ".join(f"{words}: {', '.join(ids) or 'none'}" for words, ids in outcome.items())


class RunPurge:
    """Purges the runs of one MLflow that Clew deleted longer than `retention` ago; it may stop anywhere, and be run
    again.
    """

    def __init__(
        self,
        runs: RunTrashCalls,
        marks: PurgeMarks,
        remove: Remove,
        retention: timedelta,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._runs = runs
        self._marks = marks
        self._remove = remove
        self._retention = retention
        self._now = now
        self._deletion = RunDeletion(runs, marks, now)

    def run(self) -> PurgeResult:
        """Marks, removes or spares each run in the trash; raises a `ServiceError`."""
        done, marked = PurgeResult([], [], [], []), self._marks.all()
        experiments = list(self._runs.experiments())
        trash = list(self._runs.runs(experiments, "", MAX_RUNS, deleted=True))
        made = self._runs.versions_by_run([run.run_id for run in trash])
        due: list[str] = []
        for run in trash:
            if not self._restore_for_model(run, made.get(run.run_id, []), done):
                due += self._process_run(run, moment_of(marked.get(run.run_id)), done, is_marked=run.run_id in marked)
        self._remove_all(due, done)
        for run_id in set(marked) - {*done.removed, *done.spared}:
            self._forget(run_id)
        return done

    def _process_run(
        self, run: StoredRun, marked_at: datetime | None, done: PurgeResult, *, is_marked: bool
    ) -> list[str]:
        """Marks or spares the run; returns it if it is to be removed now."""
        due = self._is_due(run)
        if due and not is_marked:
            self._mark(run.run_id, done)
        elif is_marked and (not due or marked_at is None):  # a mark without a valid moment is set again by the next run
            self._unmark(run.run_id, done)
        elif marked_at is not None and self._now() - marked_at >= BETWEEN_RUNS:
            return [run.run_id]
        return []

    def _remove_all(self, run_ids: list[str], done: PurgeResult) -> None:
        """Removes several at a time, since MLflow's `gc` takes seconds to start; each is checked just before."""
        for start in range(0, len(run_ids), _PIECE):
            due = [run_id for run_id in run_ids[start : start + _PIECE] if self._is_still_due(run_id)]
            if due:
                refused = self._remove(due)
                for run_id in due:
                    if run_id in refused:
                        log.warning("MLflow does not remove a run", extra={"run": run_id, "cause": refused[run_id]})
                        self._unmark(run_id, done)
                    else:
                        self._marks.unmark(run_id)
                        done.removed.append(run_id)

    def _mark(self, run_id: str, done: PurgeResult) -> None:
        self._marks.mark(run_id, self._now().isoformat())
        if self._is_still_due(run_id):  # else it was restored between the first check and the mark
            done.marked.append(run_id)
        else:
            self._unmark(run_id, done)

    def _unmark(self, run_id: str, done: PurgeResult) -> None:
        self._marks.unmark(run_id)
        done.spared.append(run_id)

    def _forget(self, run_id: str) -> None:
        """Deletes the mark of a run that is no longer in the trash, or no longer exists."""
        try:
            if self._runs.get(run_id).is_deleted:
                return
        except NotFound:
            pass
        self._marks.unmark(run_id)

    def _is_still_due(self, run_id: str) -> bool:
        try:
            run = self._runs.get(run_id)
        except NotFound:
            return False
        return run.is_deleted and self._is_due(run)

    def _is_due(self, run: StoredRun) -> bool:
        """Returns whether its retention is over; if another program deleted it, the time of deletion is unknown."""
        since = deletion_since(run.tags)
        return since is not None and self._now() - since >= self._retention and not self._runs.versions_of([run.run_id])

    def _restore_for_model(self, run: StoredRun, versions: list[MadeVersion], done: PurgeResult) -> bool:
        """Restores the run of an active model, which a crash during a deletion left in the trash."""
        active = [made for made in versions if self._runs.is_active(made)]
        for made in active[:1]:
            self._marks.unmark(run.run_id)
            if self._deletion.keep_for(run.run_id, f"{made.name} {made.version}", None):
                done.kept.append(run.run_id)
        return bool(active)


def purge(settings: Settings) -> PurgeResult:
    """Purges the configured MLflow once; raises `DatabaseNotNamed` if its database is not configured."""
    if settings.read_only:
        raise ReadOnly
    database = settings.mlflow_database
    if database is None:
        raise DatabaseNotNamed
    mlflow = MlflowApi.from_settings(settings)
    retention = timedelta(days=settings.run_retention_days)
    remove = MlflowGc(database, settings.tracking_url, retention).remove
    return RunPurge(RunTrashCalls(mlflow), PurgeMarks(mlflow), remove, retention).run()


def main() -> int:
    """Purges once, as the settings say; returns the exit status."""
    return run_command(lambda settings: [purge(settings)])


if __name__ == "__main__":
    sys.exit(main())
