"""Model servers, registered models, and each of the backends."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.misbehaving import Misbehaving
from tests.models.backends import Backend, HttpBackend, MlflowBackend, behind_a_clew
from tests.models.host import Host, active
from tests.models.model_server import ModelServer
from tests.registry import Registry
from tests.tracking import Tracking


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Runs a model server without models."""
    with ModelServer() as started:
        yield started


@pytest.fixture
def mlflow(tracking: Tracking) -> MlflowBackend:
    """Creates a registered model without versions."""
    return MlflowBackend(tracking)


@pytest.fixture(params=["mlflow", "http", "clew"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Returns each of the backends in turn."""
    if request.param == "mlflow":
        yield MlflowBackend(request.getfixturevalue("tracking"))
    elif request.param == "http":
        yield HttpBackend(request.getfixturevalue("server"))
    else:
        mlflow = MlflowBackend(request.getfixturevalue("tracking"))
        with behind_a_clew(mlflow, request.getfixturevalue("cache_dir")) as backend:
            yield backend


@pytest.fixture
def registered(tracking: Tracking) -> Registry:
    """Creates a registered model of two versions, the first of them active."""
    registry = Registry(tracking, f"pages-{uuid.uuid4().hex[:8]}")
    first, _second = registry.version(), registry.version()
    active(registry, first)
    return registry


@pytest.fixture
def host(misbehaving: Misbehaving, registered: Registry, cache_dir: Path) -> Host:
    """Runs both workers on that registry."""
    return Host(misbehaving.address, registered.name, cache_dir)


@pytest.fixture
def default_timeout_host(misbehaving: Misbehaving, registered: Registry, cache_dir: Path) -> Host:
    """Runs both workers on that registry, for a test in which it hangs; they wait for it as long as in use."""
    return Host(misbehaving.address, registered.name, cache_dir, is_patient=False)
