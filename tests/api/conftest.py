"""The API as a program meets it: the whole app with its routes, on a real MLflow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from services.connect import connect
from tests.patient import Patient
from tests.registry import Registry
from tests.tracking import Tracking

Serving = Callable[..., Flask]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Makes the server on the MLflow at an address."""

    def make(address: str, **settings: Any) -> Flask:
        cache: Path = tmp_path_factory.mktemp("cache")
        settings = {
            "model_names": settings.get("model_name", "clew-maze")
        } | settings  # what others tagged is not shown
        values = Patient(_env_file=None, mlflow_tracking_uri=address, cache_dir=cache, **settings)  # type: ignore[call-arg,arg-type]
        server: Flask = create_app(values, connect(values)).server
        return server

    return make


@pytest.fixture(scope="module")
def registry(tracking: Tracking, request: pytest.FixtureRequest) -> Registry:
    """A registered model for this module."""
    return Registry(tracking, request.module.__name__.replace(".", "-"))


@pytest.fixture(scope="module")
def server(serving: Serving, registry: Registry) -> Flask:
    """The server whose models are in `registry`."""
    return serving(registry.tracking.address, model_name=registry.name)
