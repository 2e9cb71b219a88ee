"""The models as every page shows them: what was read last, its age, and what failed; nobody's click waits for it."""

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
    """What a store answered: its models, and former activations."""

    model_config = ConfigDict(frozen=True)

    models: ModelList
    history: list[Activation] = []


class ModelView(BaseModel):
    """What is known now: the models (None before the first answer), former activations, as of when, what failed."""

    model_config = ConfigDict(frozen=True)

    models: ModelList | None = None
    history: list[Activation] = []
    as_of: datetime | None = None
    failure: Failure | None = None
    tried_at: datetime | None = None


class ModelSnapshots:
    """The models of one store, as any worker of this host read them last.

    A page that is asked for after a change, by whichever worker, shows things as they are since: `token` tells.
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
        """Returns what is known; where that is nothing yet, or from before a change, after `wait_seconds` at most.

        Starts a refresh when one is due.
        """
        return _shown(self._snapshot.view(wait_seconds))

    def last_view(self) -> ModelView:
        """Returns what is known; starts nothing."""
        return _shown(self._snapshot.newest())

    def refreshed(self, wait_seconds: float) -> ModelView:
        """Reads anew, for a person asks to try again; waits `wait_seconds` at most."""
        return _shown(self._snapshot.refreshed(wait_seconds))

    def _read(self, known: Reading[KnownModels]) -> KnownModels:
        found = KnownModels(models=self._store.all(), history=self._store.history())
        # The very same object need not be written again.
        return known.value if known.value == found and known.value is not None else found


def _shown(known: Reading[KnownModels]) -> ModelView:
    models, history = (None, []) if known.value is None else (known.value.models, known.value.history)
    tried_at = None if known.attempt is None else known.attempt.began_at
    return ModelView(models=models, history=history, as_of=known.as_of, failure=known.failure, tried_at=tried_at)
