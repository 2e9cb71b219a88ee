"""The API as a program uses it: the whole app with its routes, on a real MLflow."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from services.connect import connect
from serving.operations import operation
from tests.misbehaving import eventually
from tests.patient import PatientSettings
from tests.registry import Registry
from tests.tracking import Tracking

Serving = Callable[..., Flask]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Returns a function that starts the server on the MLflow at an address."""

    def make(address: str, **settings: Any) -> Flask:
        cache: Path = tmp_path_factory.mktemp("cache")
        settings = {
            "model_names": settings.get("model_name", "clew-maze")
        } | settings  # Runs that other tests tagged are not shown.
        values = PatientSettings(_env_file=None, mlflow_tracking_uri=address, cache_dir=cache, **settings)  # type: ignore[call-arg,arg-type]
        server: Flask = create_app(values, connect(values)).server
        return server

    return make


@pytest.fixture(autouse=True)
def only_declared_failures() -> Iterator[None]:
    """Fails where a view raised an error that its operation does not declare, so that docs/openapi.yaml does not
    list it."""
    log_records = _LogRecords()
    operation.log.addHandler(log_records)
    yield
    operation.log.removeHandler(log_records)
    assert log_records.lines == []


class _LogRecords(logging.Handler):
    """Records which operations failed and how."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = vars(record)
        self.lines.append(f"{fields['method']} {fields['rule']}: {fields['kind']}")


@pytest.fixture(scope="module")
def registry(tracking: Tracking, request: pytest.FixtureRequest) -> Registry:
    """Registers a model for this module."""
    return Registry(tracking, request.module.__name__.replace(".", "-"))


@pytest.fixture(scope="module")
def server(serving: Serving, registry: Registry) -> Flask:
    """Returns the server whose models are in `registry`; it has read all runs that existed then."""
    server = serving(registry.tracking.address, model_name=registry.name)
    until_listed(server.test_client())
    return server


def until_listed(client: FlaskClient, run_ids: Iterable[str] = ()) -> None:
    """Waits until all runs have been read, including these: under load the first reading arrives in parts."""
    comma_separated_ids = ",".join(ids := list(run_ids))

    def are_listed() -> bool:
        if comma_separated_ids:  # unknown runs are read at once
            client.get(f"/api/runs/compare?runs={comma_separated_ids}")
        answer = client.get("/api/runs?column=name&archived=true")
        return answer.status_code == 200 and set(ids) <= {run["run_id"] for run in answer.json}

    eventually(are_listed)
