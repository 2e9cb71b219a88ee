"""A Clew with a scheduler whose answers the test sets, on the real MLflow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from services.connect import connect
from tests.patient import PatientSettings
from tests.trainings.scheduler_server import SchedulerServer

Clew = Callable[..., Flask]


@pytest.fixture
def scheduler() -> Iterator[SchedulerServer]:
    with SchedulerServer() as server:
        yield server


@pytest.fixture
def clew(scheduler: SchedulerServer, cache_dir: Path, mlflow_address: str) -> Clew:
    """Returns a function that makes a Clew with these settings."""

    def make(**settings: Any) -> Flask:
        given: dict[str, Any] = {
            "mlflow_tracking_uri": mlflow_address,
            "scheduler_url": scheduler.address,
            "cache_dir": cache_dir,
        }
        given["model_names"] = settings.get("model_name", "clew-maze")  # what others tagged is not shown
        values = PatientSettings(_env_file=None, **(given | settings))  # type: ignore[call-arg]
        server: Flask = create_app(values, connect(values)).server
        return server

    return make
