"""The team's models: the versions of several registered models, each with its own active one.

This store only delegates: a change goes to the store of the model's name, which reads and writes its own registered
model only. So a change of one never affects which version of another is active.
"""

import threading
from collections.abc import Callable

from domain.errors import ClewError
from domain.errors.models.records import ModelNotFound, RegisteredModelUnknown
from domain.inference.policies import PolicyGraph
from domain.registry.measurements import AnyMeasurement
from domain.registry.model_ids import name_in
from domain.registry.models import LONGEST_ID, MODEL_TAG, Activation, Model, ModelList
from domain.tracking.runs import BadRow
from mlflow_api.schemas import SERVICE
from services.registry.model_store import ModelStore
from services.registry.registered_models import RegisteredModels
from services.registry.version_files.policy_cache import PolicyFile


class TeamModels:
    """The models of `registered`; `store_of` builds the store for one name."""

    name = SERVICE
    keeps_history = True

    def __init__(self, registered: RegisteredModels, store_of: Callable[[str], ModelStore]) -> None:
        self._registered = registered
        self._store_of = store_of
        self._stores: dict[str, ModelStore] = {}
        self._making = threading.Lock()

    def of(self, name: str | None) -> ModelStore:
        """Implements `ModelStore.of`."""
        if name is None:
            return self._store(self._registered.first)
        if not self._is_known(name):
            raise RegisteredModelUnknown(repr(name[:40]))
        return self._store(name)

    def all(self) -> ModelList:
        """Implements `ModelStore.all`: those of the first name come first."""
        found = self._registered.find()
        lists = [self._store(name).all() for name in found.names]
        models = [model for one in lists for model in one.models]
        bad_rows = [row for one in lists for row in one.bad_rows]
        if found.missing is not None:
            bad_rows.append(_not_found(found.missing))
        return ModelList(models=models, bad_rows=bad_rows, names=found.names)

    def get(self, model_id: str) -> Model:
        """Implements `ModelStore.get`."""
        return self._of_model(model_id).get(model_id)

    def policy(self, model_id: str) -> PolicyGraph:
        """Implements `ModelStore.policy`."""
        return self._of_model(model_id).policy(model_id)

    def policy_file(self, model_id: str) -> PolicyFile:
        """Implements `ModelStore.policy_file`."""
        return self._of_model(model_id).policy_file(model_id)

    def active(self) -> Model | None:
        """Implements `ModelStore.active`."""
        return self.of(None).active()

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Implements `ModelStore.active_of_same_name`."""
        return self._of_model(model_id).active()

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Implements `ModelStore.activate`."""
        return self._of_model(model_id).activate(model_id, by=by, reason=reason)

    def delete(self, model_id: str) -> None:
        """Implements `ModelStore.delete`."""
        self._of_model(model_id).delete(model_id)

    def restore(self, model_id: str) -> Model:
        """Implements `ModelStore.restore`."""
        return self._of_model(model_id).restore(model_id)

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Implements `ModelStore.record`."""
        self._of_model(model_id).record(model_id, measurement)

    def sign(self, model_id: str, signature: str) -> None:
        """Implements `ModelStore.sign`."""
        self._of_model(model_id).sign(model_id, signature)

    def history(self) -> list[Activation]:
        """Implements `ModelStore.history`: the newest of each name."""
        found = [done for name in self._registered.find().names for done in self._store(name).history()]
        return sorted(found, key=lambda done: done.at, reverse=True)

    def _of_model(self, model_id: str) -> ModelStore:
        name = name_in(model_id)
        if name is not None and (name == self._registered.first or not self._is_known(name)):
            raise ModelNotFound(repr(model_id[:40]))
        return self._store(name or self._registered.first)

    def _is_known(self, name: str) -> bool:
        could_be = 0 < len(name) <= LONGEST_ID and name.isprintable() and not set("/:") & set(name)
        return could_be and self._registered.has(name)

    def _store(self, name: str) -> ModelStore:
        with self._making:
            return self._stores.setdefault(name, self._store_of(name))


def _not_found(cause: ClewError) -> BadRow:
    return BadRow(row=SERVICE, field=MODEL_TAG, cause=cause)
