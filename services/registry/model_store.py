"""The protocol of a store of the team's models: MLflow's registry, or the team's model server."""

from typing import Protocol

from domain.errors import Name, ReadOnly
from domain.inference.policies import PolicyGraph
from domain.registry.measurements import AnyMeasurement
from domain.registry.models import Activation, Model, ModelList
from services.registry.version_files.policy_cache import PolicyFile


class ModelStore(Protocol):
    """The team's models: those of one registered model, or of several, each with at most one active model.

    Every method raises a `ServiceError` if the store fails, and methods with an id raise `NotFound` if there is no such
    model. Writes are idempotent. A write that timed out raises `OutcomeUnknown`.
    """

    keeps_history: bool
    """Whether it keeps former activations, and deleted models so that they can be restored."""

    @property
    def name(self) -> Name:
        """The store's name in errors and on pages."""

    def of(self, name: str | None) -> "ModelStore":
        """Returns the models of one registered model, None: of the first; raises `NotFound` for others."""

    def all(self) -> ModelList:
        """Returns all models, the active ones marked."""

    def get(self, model_id: str) -> Model:
        """Returns one model, including its number of episodes."""

    def policy(self, model_id: str) -> PolicyGraph:
        """Returns the description of its file after a check; raises `PolicyRefused`, and `Conflict` without access."""

    def policy_file(self, model_id: str) -> PolicyFile:
        """Returns its ONNX file, unchecked; raises `PolicyRefused` if there is none, `Conflict` without access."""

    def active(self) -> Model | None:
        """Returns the active model, of several registered models the first's; None before the first activation."""

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Returns the active model of the same registered model, which this one would replace."""

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Activates this model; raises `PolicyRefused` with the reason, and then the former one stays active."""

    def delete(self, model_id: str) -> None:
        """Removes the model from the list; raises `ModelIsActive`, also if it is activated meanwhile."""

    def restore(self, model_id: str) -> Model:
        """Restores a deleted model; raises `Conflict` where the store keeps none."""

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Stores a measurement with the model; raises `Conflict` where the store cannot."""

    def sign(self, model_id: str, signature: str) -> None:
        """Stores the signature of the model's file with it; raises `Conflict` where the store cannot."""

    def history(self) -> list[Activation]:
        """Returns the newest known activations, newest first; empty where the store keeps none."""


class ReadingStore:
    """Delegates reads to another store; its subclasses implement writes."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self.keeps_history = store.keeps_history

    @property
    def name(self) -> Name:
        """The name of the store."""
        return self._store.name

    def all(self) -> ModelList:
        """Delegates to the store."""
        return self._store.all()

    def get(self, model_id: str) -> Model:
        """Delegates to the store."""
        return self._store.get(model_id)

    def policy(self, model_id: str) -> PolicyGraph:
        """Delegates to the store."""
        return self._store.policy(model_id)

    def policy_file(self, model_id: str) -> PolicyFile:
        """Delegates to the store."""
        return self._store.policy_file(model_id)

    def active(self) -> Model | None:
        """Delegates to the store."""
        return self._store.active()

    def active_of_same_name(self, model_id: str) -> Model | None:
        """Delegates to the store."""
        return self._store.active_of_same_name(model_id)

    def history(self) -> list[Activation]:
        """Delegates to the store."""
        return self._store.history()


class ReadOnlyStore(ReadingStore):
    """A store whose writes all raise `ReadOnly`; hidden buttons alone would not protect it."""

    def of(self, name: str | None) -> ModelStore:
        """Returns the store of that name, read-only."""
        return ReadOnlyStore(self._store.of(name))

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Raises `ReadOnly`."""
        raise ReadOnly

    def delete(self, model_id: str) -> None:
        """Raises `ReadOnly`."""
        raise ReadOnly

    def restore(self, model_id: str) -> Model:
        """Raises `ReadOnly`."""
        raise ReadOnly

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Raises `ReadOnly`."""
        raise ReadOnly

    def sign(self, model_id: str, signature: str) -> None:
        """Raises `ReadOnly`."""
        raise ReadOnly
