"""An activation that a proxy redirects is refused, and not reported as done."""

import pytest

from domain.errors.connections import Redirected
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.http_store import HttpModelStore
from services.registry.mlflow_store import MlflowModelStore
from services.registry.model_store import ModelStore
from tests.misbehaving import Misbehaving
from tests.models.backends import Backend, MlflowBackend, no_file
from transport.http_client import JsonService


def store_at(backend: Backend, address: str) -> ModelStore:
    """Returns the backend's store as a client at `address` sees it."""
    if isinstance(backend, MlflowBackend) and not isinstance(backend.store, HttpModelStore):
        registry = MlflowRegistry(MlflowApi(JsonService("MLflow", address)), backend.model.name)
        return MlflowModelStore(registry, backend._check, no_file, lambda run_id: None)
    return HttpModelStore(JsonService("Model server", address))


def address_of(backend: Backend) -> str:
    if isinstance(backend, MlflowBackend) and not isinstance(backend.store, HttpModelStore):
        return backend.tracking.address
    return backend.store._service.url  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirected_activation_is_refused(backend: Backend, status: int) -> None:
    first, second = backend.add(), backend.add()
    backend.store.activate(first)
    with Misbehaving(address_of(backend)) as proxy:
        store = store_at(backend, proxy.address)
        proxy.redirects = status
        with pytest.raises(Redirected, match=f"HTTP {status}"):
            store.activate(second)
        assert not [request for request in proxy.requests if "login" in request]
    assert backend.store.active().id == first  # type: ignore[union-attr]
    assert [one.model_id for one in backend.store.history()] in ([first], [])
