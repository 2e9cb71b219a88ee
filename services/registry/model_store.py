"""What Clew asks of whoever keeps the team's models: MLflow's registry, or the team's model server."""

from typing import Protocol

from domain.errors import Name, ReadOnly
from domain.inference.policies import PolicyGraph
from domain.registry.measurements import AnyMeasurement
from domain.registry.models import Activation, Model, ModelList
from services.registry.version_files.keeping import PolicyFile


class ModelStore(Protocol):
    """The team's models: those of one registered model, or of several, of which each has at most one active model.

    Every method raises a `ServiceError` when the store does not do its part, and the methods that are given an id
    `NotFound` when there is no such model. Writes are idempotent. A write that timed out raises `OutcomeUnknown`.
    """

    keeps_history: bool
    """Whether it knows former activations, and keeps deleted models so that they can be restored."""

    @property
    def name(self) -> Name:
        """What its errors and the screens call the store."""

    def of(self, name: str | None) -> "ModelStore":
        """Returns the models of one registered model, None: of the first.

        Raises `NotFound` where this is none of them.
        """

    def all(self) -> ModelList:
        """Returns all models, the active ones marked."""

    def get(self, model_id: str) -> Model:
        """Returns one model, its number of episodes included."""

    def policy(self, model_id: str) -> PolicyGraph:
        """Returns what its file holds, once it has passed the check.

        Raises `PolicyRefused`, `Conflict` where none is shown.
        """

    def policy_file(self, model_id: str) -> PolicyFile:
        """Returns its ONNX file, unchecked.

        Raises `PolicyRefused` where there is none, `Conflict` where it is not shown.
        """

    def active(self) -> Model | None:
        """Returns the active model, of several registered models the first one's; None before the first activation."""

    def active_beside(self, model_id: str) -> Model | None:
        """Returns the active model among those of which this is one: whose place it would take."""

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Makes this the active model; raises `PolicyRefused` with the reason, and then the former one stays active."""

    def delete(self, model_id: str) -> None:
        """Takes the model out of the list; raises `ModelIsActive`, also when somebody activates it meanwhile."""

    def restore(self, model_id: str) -> Model:
        """Brings a deleted model back; raises `Conflict` where the store keeps none."""

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Keeps with the model how it did; raises `Conflict` where the store keeps no such thing."""

    def sign(self, model_id: str, signature: str) -> None:
        """Keeps with the model how its file is read; raises `Conflict` where the store keeps no such thing."""

    def history(self) -> list[Activation]:
        """Returns the newest activations that are known, the newest first; empty where the store keeps none."""


class ReadingStore:
    """Reads another store; its subclasses say what becomes of writes."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self.keeps_history = store.keeps_history

    @property
    def name(self) -> Name:
        """As the store's."""
        return self._store.name

    def all(self) -> ModelList:
        """Passes on to the store."""
        return self._store.all()

    def get(self, model_id: str) -> Model:
        """Passes on to the store."""
        return self._store.get(model_id)

    def policy(self, model_id: str) -> PolicyGraph:
        """Passes on to the store."""
        return self._store.policy(model_id)

    def policy_file(self, model_id: str) -> PolicyFile:
        """Passes on to the store."""
        return self._store.policy_file(model_id)

    def active(self) -> Model | None:
        """Passes on to the store."""
        return self._store.active()

    def active_beside(self, model_id: str) -> Model | None:
        """Passes on to the store."""
        return self._store.active_beside(model_id)

    def history(self) -> list[Activation]:
        """Passes on to the store."""
        return self._store.history()


class ReadOnlyStore(ReadingStore):
    """A store whose writes all raise `ReadOnly`: hiding the buttons would be courtesy, this is what holds."""

    def of(self, name: str | None) -> ModelStore:
        """Returns the store's of that name, as read-only."""
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
