"""The trash, as any worker of this host read it last; a change by any of them triggers another reading."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from domain.errors import ServiceError
from domain.errors.services import NothingReadYet, UnavailableBecause
from domain.run_changes.history import deleted_with, deletion_in
from domain.run_changes.trash import MAX_LISTED, Trash, TrashedRun
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import RunTrashCalls
from mlflow_api.run_writes import StoredRun
from mlflow_api.schemas import SERVICE
from services.failures import Failure
from services.sharing.reading import Reading
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class KnownTrash(NamedTuple):
    """What is known now (None before the first answer), as of when, the last failure, whether a change is newer."""

    trash: Trash | None
    as_of: datetime | None
    failure: Failure | None
    is_outdated: bool


class RunTrash:
    """The trash of one MLflow."""

    def __init__(
        self, runs: RunTrashCalls, marks: PurgeMarks, refresh_seconds: float, token: VersionToken, folder: Path
    ) -> None:
        self._runs = runs
        self._marks = marks
        self._snapshot = Snapshot(
            folder,
            "run-trash",
            JsonForm(TypeAdapter(Trash)),
            self._read,
            service=SERVICE,
            due_after=timedelta(seconds=refresh_seconds / 3),
            token=token,
        )

    def view(self, wait_seconds: float) -> KnownTrash:
        """Returns what is known; waits up to `wait_seconds` if that is nothing yet, or from before a change."""
        return self._known(self._snapshot.view(wait_seconds))

    def refreshed(self, wait_seconds: float) -> KnownTrash:
        """Reads the trash again, on a user's request."""
        return self._known(self._snapshot.refreshed(wait_seconds))

    def _known(self, known: Reading[Trash]) -> KnownTrash:
        return KnownTrash(known.value, known.as_of, known.failure, self._snapshot.is_outdated(known))

    def _read(self, _known: Reading[Trash]) -> Trash:
        names = {key: experiment.name for key, experiment in self._runs.experiments().items()}
        found = list(self._runs.runs(list(names), "", MAX_LISTED + 1, deleted=True))
        listed = found[:MAX_LISTED]
        marks, models = self._marks.all(), self._models([run.run_id for run in listed])
        runs = [
            _trashed(run, names, models.get(run.run_id, [])).model_copy(update={"is_purged": run.run_id in marks})
            for run in listed
        ]
        runs.sort(key=lambda run: (run.deleted_at or _NEVER, run.started_at or _NEVER), reverse=True)
        return Trash(runs=runs, is_cut=len(found) > MAX_LISTED)

    def _models(self, run_ids: list[str]) -> dict[str, list[str]]:
        found = self._runs.versions_by_run(run_ids)
        return {run_id: [f"{made.name} {made.version}" for made in versions] for run_id, versions in found.items()}


def _trashed(run: StoredRun, experiments: dict[str, str], models: list[str]) -> TrashedRun:
    deletion = deletion_in(run.tags)
    return TrashedRun(
        run_id=run.run_id,
        name=run.name,
        experiment=experiments.get(run.experiment_id, run.experiment_id),
        status=run.status,
        started_at=_moment(run.start_ms),
        deleted_at=None if deletion is None else deletion.at,
        deleted_by=None if deletion is None else deletion.by,
        parent_id=deleted_with(run.tags),
        models=models,
    )


def _moment(unix_ms: int | None) -> datetime | None:
    """Converts Unix ms; None for a moment outside of the calendar."""
    try:
        return None if unix_ms is None else datetime.fromtimestamp(unix_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def trash_failure(known: KnownTrash) -> ServiceError:
    """Returns why the trash is not known."""
    if known.failure is None:
        return NothingReadYet(SERVICE)
    return UnavailableBecause(known.failure.service_name, known.failure.error)
