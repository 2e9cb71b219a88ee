"""Model servers, registered models, and each of the two backends."""

from collections.abc import Iterator

import pytest

from tests.models.backends import Backend, HttpBackend, MlflowBackend
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


@pytest.fixture(params=["mlflow", "http"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each of the two."""
    if request.param == "mlflow":
        return MlflowBackend(request.getfixturevalue("tracking"))
    return HttpBackend(request.getfixturevalue("server"))
