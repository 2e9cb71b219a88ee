"""The OpenAPI document of each process is what its views declare, and has each of its routes but the sockets."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from flask import Flask

import gpu_monitor.openapi
import inference.openapi
import scheduler.openapi
from serving.operations.openapi import HttpApi, text

MODULES = (gpu_monitor.openapi, inference.openapi, scheduler.openapi)


@pytest.fixture(scope="module", params=MODULES, ids=lambda module: module.__name__.partition(".")[0])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[HttpApi, Flask]:
    module: ModuleType = request.param
    folder: Path = tmp_path_factory.mktemp("state")
    return module.API, module.server(*([folder] if module is scheduler.openapi else []))


def test_the_file_is_what_the_views_declare(served: tuple[HttpApi, Flask]) -> None:
    api, server = served
    assert api.file.read_text("utf-8") == text(server, api), f"run: python -m {api.module}"


def test_the_document_has_each_route_that_the_table_of_access_has(served: tuple[HttpApi, Flask]) -> None:
    api, _server = served
    paths: dict[str, dict[str, Any]] = yaml.safe_load(api.file.read_text("utf-8"))["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    listed = {route.replace("<path:", "{").replace("<", "{").replace(">", "}") for route in api.access}
    assert documented == {route for route in listed if not route.startswith("GET /ws/")}
