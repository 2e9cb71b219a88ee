"""One registered model of MLflow as a model store: its versions are the models, its alias is the pointer.

Each method may be interrupted after any request without breaking the rules of domain/registry/models.py: the alias is
only ever moved forward, a deletion is a tag, and such a tag has no effect on the version that the alias points at.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from domain.errors import BadResponse, ClewError, NotFound
from domain.errors.models.changes import BeingPurged, ModelIsActive
from domain.errors.models.records import RegisteredModelUnknown
from domain.inference.policies import PolicyGraph
from domain.inference.signatures import SIGNATURE_TAG
from domain.moments import utc_now
from domain.registry.measurements import AnyMeasurement
from domain.registry.model_ids import VersionIds
from domain.registry.models import (
    DELETED_TAG,
    MEASUREMENT_TAG,
    PURGING_TAG,
    Activation,
    Model,
    ModelList,
)
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Registered, Version
from mlflow_api.schemas import SERVICE
from services.registry.activations.history import ActivationHistory
from services.registry.checks.policy_subjects import PolicySubject
from services.registry.mlflow_model_tags import refuse_changed, refuse_deleted
from services.registry.model_store import ModelStore
from services.registry.version_files.documents import VersionDocuments
from services.registry.version_files.policy_cache import PolicyFile
from services.registry.version_models import RunOf, VersionModels

log = logging.getLogger(__name__)
# Checks the policy of a version against its environment; raises a ClewError with the reason why it must not be used.
Check = Callable[[Version, PolicySubject], PolicyGraph]
FileOf = Callable[[Version], PolicyFile]


class MlflowModelStore:
    """The versions of the registered model `model_name`, by the ids that `ids` give them.

    `check` verifies the policy in a version's file as it is now, `known_check` as it was last fetched. `file_of` opens
    the file, `run_of` returns what is known of the run that made it, `documents` reads the other files in its folder.
    `remembered` is called after each activation, and must not take long.
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
        self._now = now
        self._model_name = model_name
        self._ids = ids or VersionIds()
        self._history = ActivationHistory(registry, self._ids, model_name, remembered)
        self._models = VersionModels(registry, run_of, model_name, self._ids, documents)

    def of(self, name: str | None) -> ModelStore:
        """Implements `ModelStore.of`."""
        if name not in (None, self._model_name):
            raise RegisteredModelUnknown(repr(str(name)[:40]))
        return self

    def all(self) -> ModelList:
        """Implements `ModelStore.all`; deleted versions are included, in the state deleted."""
        return self._models.all()

    def get(self, model_id: str) -> Model:
        """Implements `ModelStore.get`."""
        return self._models.complete(self._models.version_of(model_id), self._registry.registered())

    def policy(self, model_id: str) -> PolicyGraph:
        """Implements `ModelStore.policy`."""
        version = self._models.version_of(model_id)
        return self._known_check(version, PolicySubject.of(self._models.complete(version, Registered())))

    def policy_file(self, model_id: str) -> PolicyFile:
        """Implements `ModelStore.policy_file`."""
        return self._file_of(self._models.version_of(model_id))

    def active(self) -> Model | None:
        """Implements `ModelStore.active`."""
        registered = self._registry.registered()
        if registered.active is None:
            return None
        return self._models.complete(self._models.version(registered.active), registered)

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Implements `ModelStore.active_of_same_name`."""
        return self.active()

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Implements `ModelStore.activate`: reads the tags, checks the policy, reads the tags again, moves the alias.

        The alias is never moved back.
        """
        version = self._models.version_of(model_id)
        registered = self._registry.registered()
        if registered.active != version.version:
            refuse_deleted(version, model_id)
        model = self._models.complete_from_files(version, registered)
        self._check(version, PolicySubject.of(model))
        # All that the answer needs is read before the write, so that nothing can fail after it. The check took seconds:
        # another version may be active by now.
        former = self._registry.registered().active
        activation = self._activation(model, former, by, reason)
        # The alias is moved only to a version that was just read without a tag of deletion. One that is active already
        # was not checked for that, and it may be deleted for good before a second, needless write arrives.
        if former != version.version:
            refuse_changed(version, self._models.version(version.version), model_id)
            self._registry.point_at(version.version)
            activation = activation.model_copy(update={"overrules_deletion": self._is_tagged_deleted(version)})
            self._history.keep(activation)
        return activation

    def delete(self, model_id: str) -> None:
        """Implements `ModelStore.delete`: sets the tag, then reads the alias again.

        An activation that came between the two wins: the tag is removed.
        """
        version = self._models.version_of(model_id)
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
        version = self._models.version_of(model_id)
        if DELETED_TAG in version.tags:
            if PURGING_TAG in version.tags:
                raise BeingPurged(model_id)
            self._registry.untag_version(version.version, DELETED_TAG)
        return self.get(model_id)

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Implements `ModelStore.record`: a tag of the version."""
        version = self._models.version_of(model_id)
        self._registry.tag_version(version.version, MEASUREMENT_TAG, measurement.model_dump_json())

    def sign(self, model_id: str, signature: str) -> None:
        """Implements `ModelStore.sign`: a tag of the version."""
        self._registry.tag_version(self._models.version_of(model_id).version, SIGNATURE_TAG, signature)

    def history(self) -> list[Activation]:
        """Implements `ModelStore.history`."""
        return self._history.newest()

    def _is_tagged_deleted(self, version: Version) -> bool:
        """Returns whether a deletion came between the last read and the alias; False where MLflow does not answer."""
        try:
            return DELETED_TAG in self._registry.version(version.version).tags
        except ClewError as error:
            log.warning("an activation may have overruled a deletion", extra={"cause": str(error)})
            return False

    def _activation(self, model: Model, version: str | None, by: str | None, reason: str | None) -> Activation:
        """Returns the record of an activation of `model`, where `version` was active before."""
        former, former_id = None, None if version is None else self._ids.id_of(version)
        if former_id is not None and former_id != model.id:
            try:
                former = self._models.checked(self._models.version_of(former_id), Registered())
            except (NotFound, BadResponse):
                former = None  # deleted without Clew, or with invalid tags: no reason to refuse the activation
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
