"""An MLflow of these tests' own: what one watcher sent, the next one of the same server would know."""

from collections.abc import Iterator

import pytest

from tests.tracking import Tracking
from tests.watcher.receivers import Webhook
from training.scratch_server import mlflow_server


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracking]:
    """Returns a client that logs runs to an MLflow that no other test uses."""
    with mlflow_server(tmp_path_factory.mktemp("team")) as address:
        yield Tracking(address)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as receiver:
        yield receiver
