"""The models as every page shows them: the last value read, its age, and failures; pages do not wait for refreshes."""

from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.registry.models import Activation, ModelList
from services.failures import Failure
from services.registry.model_store import ModelStore
from services.sharing.reading import Reading
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken


class KnownModels(BaseModel):
    """The answers of a store: its models, and former activations."""

    model_config = ConfigDict(frozen=True)

    models: ModelList
    history: list[Activation] = []


class ModelView(BaseModel):
    """What is known now: the models (None before the first answer), former activations, as of when, and the last
    failure.
    """

    model_config = ConfigDict(frozen=True)

    models: ModelList | None = None
    history: list[Activation] = []
    as_of: datetime | None = None
    failure: Failure | None = None
    tried_at: datetime | None = None


class ModelSnapshots:
    """The models of one store, as any worker of this host read them last.

    `token` makes pages show the models as of the last change by any worker.
    """

    def __init__(self, store: ModelStore, refresh_seconds: float, token: VersionToken, folder: Path) -> None:
        self._store = store
        self._snapshot = Snapshot(
            folder,
            "models",
            JsonForm(TypeAdapter(KnownModels), format_version=2),
            self._read,
            service=store.name,
            due_after=timedelta(seconds=refresh_seconds / 3),
            token=token,
        )

    def view(self, wait_seconds: float = 0.0) -> ModelView:
        """Returns what is known; waits up to `wait_seconds` if that is nothing yet, or from before a change.

        Starts a refresh when one is due.
        """
        return _shown(self._snapshot.view(wait_seconds))

    def last_view(self) -> ModelView:
        """Returns what is known, without a refresh."""
        return _shown(self._snapshot.newest())

    def refreshed(self, wait_seconds: float) -> ModelView:
        """Reads the models again, on a user's request; waits at most `wait_seconds`."""
        return _shown(self._snapshot.refreshed(wait_seconds))

    def _read(self, known: Reading[KnownModels]) -> KnownModels:
        found = KnownModels(models=self._store.all(), history=self._store.history())
        # An identical object need not be written again.
        return known.value if known.value == found and known.value is not None else found


def _shown(known: Reading[KnownModels]) -> ModelView:
    models, history = (None, []) if known.value is None else (known.value.models, known.value.history)
    tried_at = None if known.attempt is None else known.attempt.began_at
    return ModelView(models=models, history=history, as_of=known.as_of, failure=known.failure, tried_at=tried_at)
