"""A real MLflow for the trainer's tests: one server for all of them, emptied where a test wants it untouched."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from training.scratch_server import DATABASE, mlflow_server
from training.tracking import connect


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """`main` sends the logs of this process to where pytest listens for one test only; later ones would write to nowhere."""
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before


@dataclass(frozen=True)
class Server:
    """A running server, its database, and a copy of that from before anybody wrote to it."""

    uri: str
    database: Path
    untouched: sqlite3.Connection


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("mlflow")
    with mlflow_server(folder) as uri, closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            database.backup(copy)
        yield Server(uri, folder / DATABASE, copy)


@pytest.fixture(scope="session")
def mlflow_uri(server: Server) -> str:
    return server.uri


@pytest.fixture(scope="session")
def client(mlflow_uri: str) -> MlflowClient:
    return connect(mlflow_uri)


@pytest.fixture
def untouched_mlflow(server: Server) -> str:
    """The server as just set up: a second one would cost ten seconds, putting its database back costs none."""
    with closing(sqlite3.connect(server.database)) as database:
        server.untouched.backup(database)
    return server.uri


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No `.env` of the developer's and no MLflow setting reaches the test."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_PORT", "MODEL_NAME", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch
