"""Moves runs to the trash and restores them, each with its child runs.

The run of an active model is kept. A deletion checks before and after its write whether a model of the run is active;
an activation checks after its write whether the run is in the trash. Each writes before its last check, so if the two
are concurrent, at least one sees both writes, and it restores the run: the activation wins, and no alias is ever moved
back. If a process crashes between write and check, the purge finds the run, since it removes no run with registered
versions.

If one user deletes and another restores a family concurrently, each checks again after its last write, until nothing is
left to do: the last writer gets the state it wanted. An incomplete operation is completed by repeating it.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.errors import BadInput
from domain.errors.run_changes.records import (
    RunBeingPurged,
    RunInTrash,
    RunOverwritten,
    RunServes,
    RunServesNow,
    TooManyChildren,
)
from domain.moments import utc_now
from domain.run_changes.history import (
    ChangedPart,
    ChangeKind,
    deleted_with,
    deletion_since,
    recorded,
    surplus_keys,
    tag_of_change,
)
from domain.run_changes.now import MovedRun, MovedRuns
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import MadeVersion, RunTrashCalls
from mlflow_api.run_writes import StoredRun

MAX_CHILDREN: Final = 500
_MAX_SEEN: Final = 10_000
"""Including those that were deleted by themselves."""
_MAX_ROUNDS: Final = 5
"""Without concurrent changes it takes two: one that writes, and one that finds nothing left to do."""
log = logging.getLogger(__name__)


class RunDeletion:
    """Deletes and restores the runs of one MLflow."""

    def __init__(self, runs: RunTrashCalls, marks: PurgeMarks, now: Callable[[], datetime] = utc_now) -> None:
        self._runs = runs
        self._marks = marks
        self._now = now

    def moves(self, run_id: str) -> MovedRuns:
        """Returns what would be deleted, and the models that would be kept; raises `Conflict` as `delete` does."""
        run = self._runs.get(run_id)
        within = [one for one in self._family(run_id) if not one.is_deleted]
        models, active = self._models([run, *within])
        for made in active:
            raise RunServes(made.run_id, _name_of(made))
        return _moved([run, *within], models)

    def delete(self, run_id: str, by: str | None) -> MovedRuns:
        """Moves the run and its children to the trash; raises `Conflict` if a model of one is active.

        For a run that is already in the trash, its remaining children are moved.
        """
        moved, recorded_again = dict[str, StoredRun](), set[str]()
        for _round in range(_MAX_ROUNDS):
            run = self._runs.get(run_id)
            family = [run, *self._family(run_id, moved)]
            waiting = [one for one in family if not one.is_deleted or _lacks_record(one, moved.keys() - recorded_again)]
            if not waiting and not moved:
                return _moved([run], [])
            models, active = self._models(family)
            for made in active:
                self._restore_run(moved, made, by)
                raise (RunServesNow if moved else RunServes)(made.run_id, _name_of(made))
            if not waiting:
                return _moved_with(run, moved, models)
            # The parent last: if this fails midway, the parent is still there and can be deleted again.
            for one in reversed(waiting):
                self._delete(one, by, parent=None if one.run_id == run_id else run_id)
            moved |= {one.run_id: one for one in waiting}
            recorded_again |= {one.run_id for one in waiting if one.is_deleted}
        raise RunOverwritten(run_id)

    def restore(self, run_id: str, by: str | None) -> MovedRuns:
        """Restores the run, and those that were deleted with it; raises `Conflict` if its purge has begun."""
        back: dict[str, StoredRun] = {}
        for _round in range(_MAX_ROUNDS):
            run = self._runs.get(run_id)
            waiting = [one for one in (run, *self._family(run_id)) if one.is_deleted]
            if not waiting:
                return _moved_with(run, back, [])
            self._refuse_purged([one.run_id for one in waiting])
            for one in waiting:
                key = None if one.run_id == run_id else run_id
                self._restore(one.run_id, by, ChangedPart(what=ChangeKind.RESTORED, key=key))
                back[one.run_id] = one
        raise RunOverwritten(run_id)

    def keep_for(self, run_id: str, model: str, by: str | None) -> bool:
        """Restores the run of a model that was just activated; returns whether it was in the trash."""
        if not self._runs.get(run_id).is_deleted:
            return False
        log.warning("the run of the active model was in the trash", extra={"run": run_id, "model": model})
        self._restore(run_id, by, ChangedPart(what=ChangeKind.RESTORED, new=model))
        return True

    def _restore_run(self, moved: Iterable[str], made: MadeVersion, by: str | None) -> None:
        for run_id in moved:
            self._restore(run_id, by, ChangedPart(what=ChangeKind.RESTORED, new=_name_of(made)))

    def _models(self, family: Sequence[StoredRun]) -> tuple[list[MadeVersion], list[MadeVersion]]:
        """Returns the versions that were made from any of these runs, and the active ones among them."""
        models = self._runs.versions_of([one.run_id for one in family])
        return models, [made for made in models if self._runs.is_active(made)]

    def _family(self, run_id: str, moved: Collection[str] = ()) -> list[StoredRun]:
        """Returns the run's descendants, each once; raises `TooManyChildren`.

        Of those in the trash, only runs that were deleted with this one, or are among the `moved`, are included: a run
        that was deleted by itself is no longer part of the family, nor are its children.
        """
        experiments, found, seen = list(self._runs.experiments()), dict[str, StoredRun](), 0
        waiting = [run_id]
        while waiting:
            for child in self._runs.children(waiting.pop(), experiments, _MAX_SEEN):
                seen += 1
                is_known = child.run_id in found or child.run_id == run_id
                belongs_to_run = not child.is_deleted or child.run_id in moved or deleted_with(child.tags) == run_id
                if belongs_to_run and not is_known:
                    found[child.run_id] = child
                    waiting.append(child.run_id)
                if len(found) > MAX_CHILDREN or seen == _MAX_SEEN:
                    raise TooManyChildren(run_id, MAX_CHILDREN)
        return list(found.values())

    def _delete(self, run: StoredRun, by: str | None, parent: str | None = None) -> None:
        """Records the deletion first, since a run in the trash cannot be written to; for that, one in the trash is
        restored.
        """
        if run.is_deleted:
            self._runs.restore(run.run_id)
        try:
            self._record(run.run_id, by, ChangedPart(what=ChangeKind.DELETED, key=parent))
        except BadInput:  # it was deleted at this moment
            if not self._runs.get(run.run_id).is_deleted:
                raise
        self._runs.delete(run.run_id)

    def _restore(self, run_id: str, by: str | None, part: ChangedPart) -> None:
        """Restores a run; raises `RunInTrash` if it is deleted again at this moment."""
        self._runs.restore(run_id)
        try:
            self._record(run_id, by, part)
        except BadInput as error:
            if self._runs.get(run_id).is_deleted:
                raise RunInTrash(run_id) from error
            raise
        for key in surplus_keys(self._runs.get(run_id).tags):
            self._runs.untag(run_id, key)

    def _record(self, run_id: str, by: str | None, part: ChangedPart) -> None:
        key, text = tag_of_change(recorded(self._now(), by, [part]))
        self._runs.tag(run_id, {key: text})

    def _refuse_purged(self, run_ids: list[str]) -> None:
        if not run_ids:
            return
        marked = self._marks.all()
        for run_id in run_ids:
            if run_id in marked:
                raise RunBeingPurged(run_id)


def _lacks_record(run: StoredRun, moved: Collection[str]) -> bool:
    """Returns whether the last record of a run that was just deleted is a concurrent change by another process.

    The run would not be restored with its parent, and the time of its deletion would be unknown. It is recorded again
    only once, because the record of a host with a wrong clock may remain the last.
    """
    return run.run_id in moved and deletion_since(run.tags) is None


def _moved_with(run: StoredRun, moved: Mapping[str, StoredRun], models: list[MadeVersion]) -> MovedRuns:
    """Returns the requested run first, whether or not it had to be moved."""
    return _moved([run, *(one for key, one in moved.items() if key != run.run_id)], models)


def _moved(runs: list[StoredRun], models: list[MadeVersion]) -> MovedRuns:
    return MovedRuns(
        runs=[MovedRun(run_id=run.run_id, name=run.name) for run in runs], models=[_name_of(made) for made in models]
    )


def _name_of(made: MadeVersion) -> str:
    return f"{made.name} {made.version}"
