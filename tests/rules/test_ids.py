"""Callbacks: their ids occur together on some page, and many outputs or inputs are passed by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from dash.development.base_component import Component
from flask import Flask

from app import create_app
from components.frame import frame
from services.connect import connect
from settings.settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> dash.Dash:
    cache: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(_env_file=None, mlflow_tracking_uri="http://127.0.0.1:1", cache_dir=cache)  # type: ignore[call-arg,arg-type]
    return create_app(settings, connect(settings))


def ids_in(layout: Any) -> Iterator[str]:
    """Yields the ids of a component, of all below it, and of all in its properties."""
    if isinstance(layout, list | tuple):
        for part in layout:
            yield from ids_in(part)
    elif isinstance(layout, Component):
        if "id" in layout.to_plotly_json()["props"]:
            yield layout.id
        for name, value in layout.to_plotly_json()["props"].items():
            if name != "id":
                yield from ids_in(value)


def test_some_page_has_all_ids_of_each_callback(app: dash.Dash) -> None:
    server: Flask = app.server
    with server.test_request_context("/"):
        frames = set(ids_in(frame(server.extensions["clew"])))
        pages = [frames | set(ids_in(page["layout"](**_path(page)))) for page in dash.page_registry.values()]
    callbacks = [one for one in app._callback_list if not str(one["output"]).startswith(".._pages")]
    assert len(callbacks) > 10
    for callback in callbacks:
        named = {part["id"] for kind in ("inputs", "state") for part in callback[kind]}
        named |= {output.rpartition(".")[0] for output in str(callback["output"]).strip(".").split("...") if output}
        named = {name for name in named if name and not name.startswith("_pages")}
        assert any(named <= page for page in pages), f"no page has all of {sorted(named)}"


MAX_OUTPUTS = 4
MAX_INPUTS = 6


def test_many_outputs_and_inputs_have_names(app: dash.Dash) -> None:
    """A position shows too little. For a function of JavaScript Dash knows no names: it has few outputs."""
    unnamed = []
    for name, callback in app.callback_map.items():
        if callback["outputs_indices"] is None:  # JavaScript
            outputs, inputs = callback["output"], ()
        else:
            outputs, inputs = callback["outputs_indices"], callback["inputs_state_indices"]
        if not isinstance(outputs, dict) and _count(outputs) > MAX_OUTPUTS:
            unnamed.append(f"outputs of {name}")
        if not isinstance(inputs, dict) and _count(inputs) > MAX_INPUTS:
            unnamed.append(f"inputs of {name}")
    assert unnamed == []


def _count(grouped: Any) -> int:
    return len(grouped) if isinstance(grouped, list | tuple) else 1


def _path(page: dict[str, Any]) -> dict[str, str]:
    return {"run_id": "a" * 32} if page["path_template"] else {}
