"""Renews the version token when this host changes a model, so that every worker reads the models again."""

from domain.registry.measurements import AnyMeasurement
from domain.registry.models import Activation, Model
from services.registry.model_store import ModelStore, ReadingStore
from services.sharing.version_token import VersionToken


class TokenRenewingStore(ReadingStore):
    """A store whose writes renew the token, even if they fail: a failed write may have happened, or used old data."""

    def __init__(self, store: ModelStore, token: VersionToken) -> None:
        super().__init__(store)
        self._token = token

    def of(self, name: str | None) -> ModelStore:
        """Returns a store of that name; its writes renew the same token."""
        return TokenRenewingStore(self._store.of(name), self._token)

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """Activates in the store, and renews the token."""
        try:
            return self._store.activate(model_id, by=by, reason=reason)
        finally:
            self._token.renew()

    def delete(self, model_id: str) -> None:
        """Deletes in the store, and renews the token."""
        try:
            self._store.delete(model_id)
        finally:
            self._token.renew()

    def restore(self, model_id: str) -> Model:
        """Restores in the store, and renews the token."""
        try:
            return self._store.restore(model_id)
        finally:
            self._token.renew()

    def record(self, model_id: str, measurement: AnyMeasurement) -> None:
        """Records in the store, and renews the token."""
        try:
            self._store.record(model_id, measurement)
        finally:
            self._token.renew()

    def sign(self, model_id: str, signature: str) -> None:
        """Writes the signature to the store, and renews the token."""
        try:
            self._store.sign(model_id, signature)
        finally:
            self._token.renew()
