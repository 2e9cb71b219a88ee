"""Model servers, registered models, and each of the backends."""

from collections.abc import Iterator

import pytest

from tests.models.backends import Backend, HttpBackend, MlflowBackend, behind_a_clew
from tests.models.model_server import ModelServer
from tests.tracking import Tracking


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server without models."""
    with ModelServer() as started:
        yield started


@pytest.fixture
def mlflow(tracking: Tracking) -> MlflowBackend:
    """A registered model without versions."""
    return MlflowBackend(tracking)


@pytest.fixture(params=["mlflow", "http", "clew"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each of them."""
    if request.param == "mlflow":
        yield MlflowBackend(request.getfixturevalue("tracking"))
    elif request.param == "http":
        yield HttpBackend(request.getfixturevalue("server"))
    else:
        mlflow = MlflowBackend(request.getfixturevalue("tracking"))
        with behind_a_clew(mlflow, request.getfixturevalue("cache_dir")) as backend:
            yield backend
