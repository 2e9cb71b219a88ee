"""Changes names, notes, tags and marks of runs, one run at a time.

MLflow does not compare before it writes. So the values that the author saw are compared just before a write, and the
values are read just after it: if two users change one run at the same moment, the one who was overwritten is notified.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from domain.errors import BadInput
from domain.errors.run_changes.records import RunChangedMeanwhile, RunInTrash, RunOverwritten
from domain.moments import utc_now
from domain.run_changes.changes import PlannedChange, RunChange, is_in, overwritten, planned
from domain.run_changes.history import recorded, surplus_keys, tag_of_change
from domain.run_changes.now import RunNow, texts_in
from mlflow_api.run_changes.run_trash import RunTrashCalls
from mlflow_api.run_writes import StoredRun


class ChangedRun(NamedTuple):
    """A run after its change; `undo` is the reverse change, None if nothing changed."""

    run: RunNow
    undo: RunChange | None


class RunEditor:
    """Changes the runs of one MLflow."""

    def __init__(self, runs: RunTrashCalls, now: Callable[[], datetime] = utc_now) -> None:
        self._runs = runs
        self._now = now

    def now(self, run_id: str) -> RunNow:
        """Returns the run's changeable values, whether it is in the trash or not."""
        return _now(self._runs.get(run_id))

    def change(self, run_id: str, change: RunChange, by: str | None) -> ChangedRun:
        """Applies a change to the run; raises `Conflict` if it would overwrite values that its author did not see."""
        run = self._runs.get(run_id)
        if run.is_deleted:
            raise RunInTrash(run_id)
        texts = texts_in(run.name, run.tags)
        if fields := overwritten(texts, change):
            raise RunChangedMeanwhile(", ".join(field[:60] for field in fields[:5]))
        plan = planned(texts, change)
        if not plan.parts:
            return ChangedRun(_now(run), None)
        try:
            self._write(run, plan, by)
        except BadInput as error:
            if self._runs.get(run_id).is_deleted:
                raise RunInTrash(run_id) from error
            raise
        there = self._runs.get(run_id)
        if not is_in(texts_in(there.name, there.tags), change):
            raise RunOverwritten(run_id)
        return ChangedRun(_now(there), plan.undo)

    def _write(self, run: StoredRun, plan: PlannedChange, by: str | None) -> None:
        """Sets all tags in one call, with the record of the change; then removes some, and renames."""
        key, text = tag_of_change(recorded(self._now(), by, plan.parts))
        self._runs.tag(run.run_id, plan.put | {key: text})
        if plan.name is not None:
            self._runs.rename(run.run_id, plan.name)
        for taken in [*plan.taken, *surplus_keys(run.tags | {key: text})]:
            self._runs.untag(run.run_id, taken)


def _now(run: StoredRun) -> RunNow:
    return RunNow.of(run.run_id, texts_in(run.name, run.tags), is_deleted=run.is_deleted)
