"""One registered model of MLflow as a model store: its versions are the models, its alias is the pointer.

The rules are those of domain/registry/models.py; each method is written so that it may stop after any request and
leave nothing wrong: the alias is only ever moved forward, a deletion is a tag, and a tag on the version that the alias
names counts for nothing.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import ValidationError

from domain.errors import BadResponse, ClewError, NotFound
from domain.errors.answers import ModelField
from domain.errors.misfits import misfit_of
from domain.errors.models.changes import BeingPurged, ModelIsActive
from domain.errors.models.records import ModelNotFound, RegisteredModelUnknown
from domain.inference.policies import PolicyGraph
from domain.inference.signatures import SIGNATURE_TAG
from domain.registry.measurements import AnyMeasurement
from domain.registry.model_ids import VersionIds
from domain.registry.models import (
    DELETED_TAG,
    MEASUREMENT_TAG,
    PURGING_TAG,
    Activation,
    Model,
    ModelList,
    in_order,
)
from domain.tracking.runs import BadRow
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version
from mlflow_api.schemas import SERVICE
from services.registry.activations.history import ActivationHistory
from services.registry.checks.policy_subjects import PolicySubject
from services.registry.mlflow_model_tags import RunFacts, model_of, refuse_changed, refuse_deleted
from services.registry.model_store import ModelStore
from services.registry.version_files.documents import VersionDocuments
from services.registry.version_files.keeping import PolicyFile

log = logging.getLogger(__name__)
# Checks the policy of a version against its environment before it is activated; raises a ClewError with the reason.
Check = Callable[[Version, PolicySubject], PolicyGraph]
FileOf = Callable[[Version], PolicyFile]
RunOf = Callable[[str], RunFacts | None]


def utc_now() -> datetime:
    """Returns the moment it is."""
    return datetime.now(UTC)


class MlflowModelStore:
    """The versions of one registered model, by the ids that `ids` give them; `model_name` is what each says of itself.

    `check` verifies a policy as its file is now, `known_check` as it was fetched before, `file_of` opens the file, and
    `run_of` tells of the run that made it, `documents` reads what lies beside it. `remembered` is called after each
    activation, and must not take long.
    """

    name = SERVICE
    keeps_history = True

    def __init__(
        self,
        registry: MlflowRegistry,
        check: Check,
        file_of: FileOf,
        run_of: RunOf,
        now: Callable[[], datetime] = utc_now,
        known_check: Check | None = None,
        remembered: Callable[[], object] = lambda: None,
        model_name: str | None = None,
        ids: VersionIds | None = None,
        documents: VersionDocuments | None = None,
    ) -> None:
        self._registry = registry
        self._check = check
        self._known_check = known_check or check
        self._file_of = file_of
        self._run_of = run_of
        self._now = now
        self._model_name = model_name
        self._ids = ids or VersionIds()
        self._history = ActivationHistory(registry, self._ids, model_name, remembered)
        self._documents = documents

    def of(self, name: str | None) -> ModelStore:
        """Implements `ModelStore.of`."""
        if name not in (None, self._model_name):
            raise RegisteredModelUnknown(repr(str(name)[:40]))
        return self

    def all(self) -> ModelList:
        """Implements `ModelStore.all`; deleted versions are there, too, and say so."""
        registered = self._registry.registered()
        versions, bad = self._registry.versions()
        models: list[Model] = []
        for version in versions:
            try:
                models.append(self._model(version, registered).in_a_list())
            except ValidationError as error:
                field, cause = misfit_of(error)
                bad.append(BadRow(row=self._ids.id_of(version.version), field=field, cause=cause))
        names = [] if self._model_name is None else [self._model_name]
        return ModelList(models=in_order(models), bad_rows=bad, names=names)

    def get(self, model_id: str) -> Model:
        """Implements `ModelStore.get`."""
        version = self._version(model_id)
        return self._completed(version, self._checked(version, self._registry.registered()))

    def policy(self, model_id: str) -> PolicyGraph:
        """Implements `ModelStore.policy`."""
        version = self._version(model_id)
        model = self._completed(version, self._model(version, Registered()))
        return self._known_check(version, PolicySubject.of(model))

    def policy_file(self, model_id: str) -> PolicyFile:
        """Implements `ModelStore.policy_file`."""
        return self._file_of(self._version(model_id))

    def active(self) -> Model | None:
        """Implements `ModelStore.active`."""
        registered = self._registry.registered()
        if registered.active is None:
            return None
        version = self._version(self._ids.id_of(registered.active))
        return self._completed(version, self._checked(version, registered))

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Implements `ModelStore.active_of_same_name`."""
        return self.active()

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Implements `ModelStore.activate`: tags, the check, tags once more, and then the alias.

        It is never put back.
        """
        version = self._version(model_id)
        registered = self._registry.registered()
        if registered.active != version.version:
            refuse_deleted(version, model_id)
        model = self._checked(version, registered)
        if self._documents is not None:
            model = self._documents.completed_from_files(version, model)
        self._check(version, PolicySubject.of(model))
        # All that the answer needs is read before the write: once it is done, nothing is left that could call it
        # failed. The check took seconds, so who is active is asked again.
        former = self._registry.registered().active
        activation = self._activation(model, former, by, reason)
        # The pointer goes only to a version that was seen without a tag of deletion: of one that is active already that
        # was not asked, and it may be deleted for good before a second write of the same arrives.
        if former != version.version:
            refuse_changed(version, self._found(version.version), model_id)
            self._registry.point_at(version.version)
            activation = activation.model_copy(update={"overrules_deletion": self._is_tagged_deleted(version)})
            self._history.keep(activation)
        return activation

    def delete(self, model_id: str) -> None:
        """Implements `ModelStore.delete`: the tag first, then another look at the alias.

        Who activated meanwhile wins.
        """
        version = self._version(model_id)
        active = self._registry.registered().active
        if active == version.version:
            raise ModelIsActive(model_id)
        if DELETED_TAG in version.tags:
            return
        self._registry.tag_version(version.version, DELETED_TAG, self._now().isoformat())
        if self._registry.registered().active == version.version:
            self._registry.untag_version(version.version, DELETED_TAG)
            raise ModelIsActive(model_id)

    def restore(self, model_id: str) -> Model:
        """Implements `ModelStore.restore`; one that is being purged cannot be brought back."""
        version = self._version(model_id)
        if DELETED_TAG in version.tags:
            if PURGING_TAG in version.tags:
                raise BeingPurged(model_id)
            self._registry.untag_version(version.version, DELETED_TAG)
        return self.get(model_id)

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Implements `ModelStore.record`: a tag of the version."""
        self._registry.tag_version(self._version(model_id).version, MEASUREMENT_TAG, measurement.model_dump_json())

    def sign(self, model_id: str, signature: str) -> None:
        """Implements `ModelStore.sign`: a tag of the version."""
        self._registry.tag_version(self._version(model_id).version, SIGNATURE_TAG, signature)

    def history(self) -> list[Activation]:
        """Implements `ModelStore.history`."""
        return self._history.newest()

    def _version(self, model_id: str) -> Version:
        version = self._ids.version_of(model_id)
        if version is None:
            raise ModelNotFound(repr(model_id[:40]))
        return self._found(version)

    def _found(self, version: str) -> Version:
        try:
            return self._registry.version(version)
        except ModelNotFound as error:
            raise ModelNotFound(self._ids.id_of(version)) from error

    def _is_tagged_deleted(self, version: Version) -> bool:
        """Returns whether a deletion came between the last look and the pointer; not known where nobody answers."""
        try:
            return DELETED_TAG in self._registry.version(version.version).tags
        except ClewError as error:
            log.warning("an activation may have overruled a deletion", extra={"cause": str(error)})
            return False

    def _checked(self, version: Version, registered: Registered) -> Model:
        try:
            return self._model(version, registered)
        except ValidationError as error:
            field, misfit = misfit_of(error)
            raise BadResponse(SERVICE, ModelField(self._ids.id_of(version.version), field), misfit) from error

    def _model(self, version: Version, registered: Registered) -> Model:
        run = self._run_of(version.run_id) if version.run_id else None
        return model_of(version, run, registered, self._model_name, self._ids)

    def _completed(self, version: Version, model: Model) -> Model:
        """Returns the model with what only files beside it say, where such are looked at."""
        return model if self._documents is None else self._documents.complete(version, model)

    def _activation(self, model: Model, version: str | None, by: str | None, reason: str | None) -> Activation:
        """Returns what is told and kept of an activation of `model` in the place of `version`."""
        former, former_id = None, None if version is None else self._ids.id_of(version)
        if former_id is not None and former_id != model.id:
            try:
                former = self._checked(self._version(former_id), Registered())
            except (NotFound, BadResponse):
                former = None  # deleted past Clew, or its tags make no sense: no reason to be stuck with it
        return Activation(
            at=self._now(),
            by=by,
            name=self._model_name,
            model_id=model.id,
            former_id=former_id,
            reason=(reason or "")[:500] or None,
            success_rate=model.success_rate,
            former_success_rate=None if former is None else former.success_rate,
            mean_return=model.mean_return,
            former_mean_return=former.mean_return if former is not None and former.env_id == model.env_id else None,
        )
