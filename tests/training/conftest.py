"""The MLflow of all tests for the trainer's, emptied where a test needs it untouched."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from tests.conftest import SharedMlflow
from training.mlflow_server import FOLDER_VARIABLE
from training.tracking.mlflow_client import connect
from training.tracking.server import TrackingServer


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Restores the loggers: `main` redirects this process's logs to the current test's stream; later ones would go
    nowhere."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


@pytest.fixture(scope="session")
def mlflow_uri(mlflow_address: str) -> str:
    return mlflow_address


@pytest.fixture(scope="session")
def client(mlflow_uri: str) -> MlflowClient:
    return connect(mlflow_uri)


@pytest.fixture(scope="session")
def server(mlflow_uri: str) -> TrackingServer:
    return TrackingServer.at(mlflow_uri)


@pytest.fixture
def untouched_mlflow(shared_mlflow: SharedMlflow) -> Iterator[str]:
    """Returns the server as just set up, and restores it afterwards: a second one would cost ten seconds, another
    database none."""
    with closing(sqlite3.connect(shared_mlflow.database)) as database, closing(sqlite3.connect(":memory:")) as before:
        database.backup(before)
        shared_mlflow.untouched.backup(database)
        yield shared_mlflow.address
        before.backup(database)


@pytest.fixture
def isolated_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Keeps the developer's `.env` and MLflow settings from the test."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_PORT", FOLDER_VARIABLE, "MODEL_NAME", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch
