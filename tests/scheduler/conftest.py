"""A real scheduler on a real MLflow, with small programs in place of trainers."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scheduler.settings import SchedulerSettings
from tests.scheduler.programs import write_trainers
from tests.scheduler.service import Service
from tests.undeclared import undeclared_failures

Start = Callable[..., Service]


def bare_environment() -> dict[str, str]:
    ours = set(SchedulerSettings.model_fields)
    return {name: value for name, value in os.environ.items() if name.lower() not in ours}


@pytest.fixture(scope="session")
def trainers_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_trainers(tmp_path_factory.mktemp("trainers"))


@pytest.fixture(scope="session")
def start(mlflow_address: str, trainers_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Returns a function that starts a scheduler with the settings given."""
    services: list[Service] = []
    with ExitStack() as started:  # one that fails to end does not keep the others from ending

        def start(**settings: str) -> Service:
            defaults = {"MLFLOW_TRACKING_URI": mlflow_address, "TRAININGS_FILE": str(trainers_file)}
            folder = tmp_path_factory.mktemp("scheduler")
            service = Service(folder, bare_environment(), defaults | {"TRAINING_SLOTS": "8"} | settings)
            started.callback(service.end_all)
            services.append(service)
            return service

        yield start
    assert [line for service in services for line in undeclared_failures(service.log())] == []


@pytest.fixture(scope="session")
def service(start: Start) -> Service:
    """Starts a scheduler with room for all, which most tests share."""
    return start()


@pytest.fixture(scope="session")
def single_slot_service(start: Start) -> Service:
    """Starts a scheduler with one slot."""
    return start(TRAINING_SLOTS="1")
