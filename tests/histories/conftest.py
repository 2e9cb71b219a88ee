"""The shared MLflow's database, and a gateway that can close one endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.histories.logged_runs import Gateway, Logged, dense, new_run
from tests.tracking import Tracking
from training.mlflow_server import DATABASE


@pytest.fixture(scope="session")
def database(mlflow_address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the SQLite file behind the shared server."""
    return next(tmp_path_factory.getbasetemp().glob(f"shared-mlflow*/{DATABASE}"))


@pytest.fixture
def gateway(mlflow_address: str) -> Iterator[Gateway]:
    """Starts a real server that passes everything on to MLflow until a test closes an endpoint."""
    with Gateway(mlflow_address) as server:
        yield server


@pytest.fixture(scope="session")
def long_run(tracking: Tracking) -> Logged:
    """Logs a finished run with more points than one page of either endpoint holds; no test may log more to it."""
    points = dense(5_500)
    return Logged(new_run(tracking, points), points)
