"""The embedded model store: one registered model of MLflow. Its versions are the models, its alias is the pointer.

The rules are those of domain/registry/models.py; each method is written so that it may stop after any request and
leave nothing wrong: the alias is only ever moved forward, a deletion is a tag, and a tag on the version that the alias
names counts for nothing.
"""

import logging
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import ValidationError

from domain.errors import BadResponse, ClewError, NotFound
from domain.errors.answers import ModelField
from domain.errors.misfits import misfit_of
from domain.errors.records import BeingPurged, ModelIsActive, ModelNotFound
from domain.inference.policies import PolicyGraph
from domain.registry.measurements import Measurement
from domain.registry.models import (
    DELETED_TAG,
    MEASUREMENT_TAG,
    MOST_ACTIVATIONS,
    PURGING_TAG,
    Activation,
    Model,
    ModelList,
    in_order,
)
from domain.tracking.runs import BadRow
from mlflow_api.registry import MlflowRegistry, Version
from mlflow_api.schemas import SERVICE
from services.registry.mlflow_model_tags import (
    HISTORY_TAG,
    RunFacts,
    activations,
    model_of,
    refuse_changed,
    refuse_deleted,
)
from services.registry.version_files.keeping import PolicyFile

log = logging.getLogger(__name__)
# Checks the policy of a version against its environment before it is activated; raises a ClewError with the reason.
Check = Callable[[Version, str | None], PolicyGraph]
FileOf = Callable[[Version], PolicyFile]
RunOf = Callable[[str], RunFacts | None]


def utc_now() -> datetime:
    """The moment it is."""
    return datetime.now(UTC)


class MlflowModelStore:
    """The versions of one registered model.

    `check` verifies a policy as its file is now, `known_check` as it was fetched before, `file_of` opens the file, and
    `run_of` tells of the run that made it. `remembered` is called after each activation, and must not take long.
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
    ) -> None:
        self._registry = registry
        self._check = check
        self._known_check = known_check or check
        self._file_of = file_of
        self._run_of = run_of
        self._now = now
        self._remembered = remembered

    def all(self) -> ModelList:
        """As `ModelStore.all`; deleted versions are there, too, and say so."""
        active = self._registry.registered().active
        versions, bad = self._registry.versions()
        models: list[Model] = []
        for version in versions:
            try:
                models.append(self._model(version, active))
            except ValidationError as error:
                field, cause = misfit_of(error)
                bad.append(BadRow(row=version.version, field=field, cause=cause))
        return ModelList(models=in_order(models), bad_rows=bad)

    def get(self, model_id: str) -> Model:
        """As `ModelStore.get`."""
        version = self._version(model_id)
        return self._checked(version, self._registry.registered().active)

    def policy(self, model_id: str) -> PolicyGraph:
        """As `ModelStore.policy`."""
        version = self._version(model_id)
        return self._known_check(version, self._model(version, None).env_id)

    def policy_file(self, model_id: str) -> PolicyFile:
        """As `ModelStore.policy_file`."""
        return self._file_of(self._version(model_id))

    def active(self) -> Model | None:
        """As `ModelStore.active`."""
        active = self._registry.registered().active
        return None if active is None else self._checked(self._version(active), active)

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """As `ModelStore.activate`: tags, the check, tags once more, and then the alias. It is never put back."""
        version = self._version(model_id)
        active = self._registry.registered().active
        if active != version.version:
            refuse_deleted(version)
        model = self._checked(version, active)
        self._check(version, model.env_id)
        # All that the answer needs is read before the write: once it is done, nothing is left that could call it
        # failed. The check took seconds, so who is active is asked again.
        former_id = self._registry.registered().active
        activation = self._activation(model, former_id, by, reason)
        # The pointer goes only to a version that was seen without a tag of deletion: of one that is active already that
        # was not asked, and it may be deleted for good before a second write of the same arrives.
        if former_id != version.version:
            refuse_changed(version, self._registry.version(version.version))
            self._registry.point_at(version.version)
            activation = activation.model_copy(update={"overrules_deletion": self._is_tagged_deleted(version)})
            self._remember(activation)
        return activation

    def delete(self, model_id: str) -> None:
        """As `ModelStore.delete`: the tag first, then another look at the alias; who activated meanwhile wins."""
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
        """As `ModelStore.restore`; one that is being purged cannot be brought back."""
        version = self._version(model_id)
        if DELETED_TAG in version.tags:
            if PURGING_TAG in version.tags:
                raise BeingPurged(model_id)
            self._registry.untag_version(version.version, DELETED_TAG)
        return self.get(model_id)

    def record(self, model_id: str, measurement: Measurement) -> None:
        """As `ModelStore.record`: a tag of the version."""
        self._registry.tag_version(self._version(model_id).version, MEASUREMENT_TAG, measurement.model_dump_json())

    def history(self) -> list[Activation]:
        """As `ModelStore.history`."""
        found = sorted(activations(self._registry.registered()), key=lambda activation: activation.at, reverse=True)
        return found[:MOST_ACTIVATIONS]

    def _version(self, model_id: str) -> Version:
        if not re.fullmatch(r"[1-9][0-9]{0,8}", model_id):  # as MLflow numbers them; others it answers with 400 or 500
            raise ModelNotFound(repr(model_id[:40]))
        return self._registry.version(model_id)

    def _is_tagged_deleted(self, version: Version) -> bool:
        """Whether a deletion came between the last look and the pointer; not known where nobody answers."""
        try:
            return DELETED_TAG in self._registry.version(version.version).tags
        except ClewError as error:
            log.warning("an activation may have overruled a deletion", extra={"cause": str(error)})
            return False

    def _remember(self, activation: Activation) -> None:
        moment = activation.at.strftime("%Y%m%dT%H%M%S%f")
        key = f"{HISTORY_TAG}{moment}-{secrets.token_hex(3)}"  # a tag each: a list rewritten by two loses one
        try:
            self._registry.tag_model(key, activation.model_dump_json())
        except ClewError as error:
            # The model is active by now; "it failed" would be wrong.
            log.warning("an activation is missing from the history", extra={"cause": str(error)})
        self._remembered()

    def _checked(self, version: Version, active: str | None) -> Model:
        try:
            return self._model(version, active)
        except ValidationError as error:
            field, misfit = misfit_of(error)
            raise BadResponse(SERVICE, ModelField(version.version, field), misfit) from error

    def _model(self, version: Version, active: str | None) -> Model:
        return model_of(version, self._run_of(version.run_id) if version.run_id else None, active)

    def _activation(self, model: Model, former_id: str | None, by: str | None, reason: str | None) -> Activation:
        former = None
        if former_id is not None and former_id != model.id:
            try:
                former = self.get(former_id)
            except (NotFound, BadResponse):
                former = None  # deleted past Clew, or its tags make no sense: no reason to be stuck with it
        return Activation(
            at=self._now(),
            by=by,
            model_id=model.id,
            former_id=former_id,
            reason=(reason or "")[:500] or None,
            success_rate=model.success_rate,
            former_success_rate=None if former is None else former.success_rate,
        )
