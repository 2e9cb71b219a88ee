"""Events of models and the trash: activations, deletions, and what is due to be removed for good.

MLflow cannot search these by time of change, so all of them are read periodically, and at once after a hint from Clew
that it made a change.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from pydantic import ValidationError

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.errors.alerts.events import (
    ModelActivated,
    ModelActivatedFirst,
    ModelWasDeleted,
    PurgeIsDue,
    RunWasDeleted,
    Somebody,
)
from domain.registry.model_ids import VersionIds
from domain.registry.models import ACTIVATION_TAG, DELETED_TAG, MODEL_TAG, Activation
from domain.run_changes.history import deleted_with, deletion_in, deletion_since
from mlflow_api.alerts.registry_changes import NamedModel, NamedVersion, registered_models, versions_tagged
from mlflow_api.client import MlflowApi
from mlflow_api.registry.versions import moment_of
from mlflow_api.run_changes.run_trash import RunTrashCalls
from mlflow_api.run_writes import StoredRun
from mlflow_api.schemas import Experiment
from settings.settings import Settings
from watcher.clock import now_ms
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition
from watcher.state.outbox import Outbox

ROUND_SECONDS: Final = 900.0
_MAX_RUNS: Final = 1_000
_NOTE: Final = "active"
_DAY_MS: Final = 86_400_000


class RegistrySource:
    """Watches the models and the trash of one MLflow."""

    def __init__(self, mlflow: MlflowApi, settings: Settings, book: AlertBook) -> None:
        self._mlflow = mlflow
        self._trash = RunTrashCalls(mlflow)
        self._settings = settings
        self._book = book

    def round(self, experiments: dict[str, Experiment], began_ms: int, outbox: Outbox) -> None:
        """Reads everything, and records events; raises a ServiceError."""
        due_models = 0
        if self._settings.model_server_url is None:
            models = [model for model in registered_models(self._mlflow) if self._is_ours(model)]
            self._activations(models, began_ms, outbox)
            names = {model.name for model in models}
            due_models = self._deleted_models(
                (one for one in versions_tagged(self._mlflow, DELETED_TAG) if one.name in names), began_ms
            )
        found = self._trash.runs(list(experiments), "", _MAX_RUNS, deleted=True)
        self._hold_purge(self._deleted_runs(found, experiments, began_ms), due_models)

    def _is_ours(self, model: NamedModel) -> bool:
        settings = self._settings
        is_named = model.name == settings.model_name or model.name in settings.model_names_listed
        return is_named or (settings.models_by_tag and model.tags.get(MODEL_TAG, "false") != "false")

    def _activations(self, models: Iterable[NamedModel], began_ms: int, outbox: Outbox) -> None:
        note, now = outbox.note(_NOTE), dict[str, str]()
        for model in models:
            newest = self._of_history(model, began_ms)
            active = model.active
            if active is None:
                continue
            now[model.name] = active
            known = note.get(model.name)
            # Another program moved the alias, so there is no record of it.
            if known is not None and known != active and (newest is None or newest.model_id != active):
                self._activated(model, f"{model.name} {active} {now_ms() // _DAY_MS}", active, str(known), None, None)
        outbox.take_note(_NOTE, now)

    def _of_history(self, model: NamedModel, began_ms: int) -> Activation | None:
        newest: Activation | None = None
        for key in sorted(key for key in model.tags if key.startswith(ACTIVATION_TAG)):
            try:
                newest = Activation.model_validate_json(model.tags[key])
            except ValidationError:
                continue
            at = _ms(newest.at)
            if at >= began_ms:
                self._activated(model, f"{model.name} {key}", newest.model_id, newest.former_id, newest.by, at)
        return newest

    def _activated(
        self, model: NamedModel, key: str, version: str, former: str | None, by: str | None, at_ms: int | None
    ) -> None:
        who, name = by or Somebody(), self._id(model.name, version)
        text = (
            ModelActivatedFirst(name, who)
            if former is None
            else ModelActivated(name, self._id(model.name, former), who)
        )
        self._book.happened(AlertKind.ACTIVATED, self._subject(key, name), text, at_ms)

    def _deleted_models(self, versions: Iterable[NamedVersion], began_ms: int) -> int:
        """Records newly deleted models; returns how many are due to be removed for good."""
        due, retention = 0, timedelta(days=self._settings.model_retention_days)
        for version in versions:
            at = moment_of(version.tags.get(DELETED_TAG))
            if at is None:
                continue
            due += _is_due(at, retention)
            if _ms(at) >= began_ms:
                name = self._id(version.name, version.version)
                subject = self._subject(f"model {version.name} {version.version} {_ms(at)}", name)
                self._book.happened(AlertKind.DELETED, subject, ModelWasDeleted(name), _ms(at))
        return due

    def _deleted_runs(self, runs: Iterator[StoredRun], experiments: dict[str, Experiment], began_ms: int) -> int:
        due, retention = 0, timedelta(days=self._settings.run_retention_days)
        for run in runs:
            since = deletion_since(run.tags)
            if since is None:
                continue
            due += _is_due(since, retention)
            # Runs deleted together with a parent are not reported separately.
            if _ms(since) >= began_ms and deleted_with(run.tags) is None:
                self._run_deleted(run, experiments, _ms(since))
        return due

    def _run_deleted(self, run: StoredRun, experiments: dict[str, Experiment], at_ms: int) -> None:
        deletion = deletion_in(run.tags)
        known = experiments.get(run.experiment_id)
        experiment = run.experiment_id if known is None else known.name
        name = run.name or run.run_id[:8]
        subject = Subject(
            key=f"run {run.run_id} {at_ms}",
            name=name[:300],
            experiment=experiment[:300],
            run_id=run.run_id,
            page="/mlflow/trash",
        )
        by = None if deletion is None else deletion.by
        self._book.happened(AlertKind.DELETED, subject, RunWasDeleted(name, experiment, by or Somebody()), at_ms)

    def _hold_purge(self, runs: int, models: int) -> None:
        subject = Subject(key="purge", name="purge", page="/mlflow/trash")
        due = [Condition(AlertKind.PURGE_DUE, subject, PurgeIsDue(runs, models))] if runs or models else []
        self._book.hold((AlertKind.PURGE_DUE,), due)

    def _id(self, name: str, version: str) -> str:
        return VersionIds(None if name == self._settings.model_name else name).id_of(version)

    def _subject(self, key: str, model_id: str) -> Subject:
        return Subject(key=key[:500], name=model_id[:300], page=f"/models/{quote(model_id, safe='')}")


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _is_due(since: datetime, retention: timedelta) -> bool:
    return now_ms() - _ms(since) >= retention.total_seconds() * 1000
