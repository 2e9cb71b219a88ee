"""The engine's measurements are stored with the model, and no page waits for a registry that hangs."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

from app import create_app
from components import ids
from domain.access.rules import Requester
from services.connect import connect
from settings.settings import Settings
from tests.faults.viewer import Viewer, in_process
from tests.misbehaving import HANG, Misbehaving, eventually
from tests.registry import Registry
from tests.tracking import Tracking

RESULT = {"episodes": 100, "success_rate": 0.5, "mean_return": 0.25, "mean_length": 20.0}


@pytest.fixture
def engine() -> Iterator[Misbehaving]:
    """Runs an engine that has measured model 1."""
    report = {"model_id": "1", "state": "done", "played": 200, "seen": RESULT, "unseen": RESULT}
    with Misbehaving("http://127.0.0.1:1") as server:
        server.answer = (200, orjson.dumps(report), "application/json")
        yield server


@pytest.fixture
def page(engine: Misbehaving, misbehaving: Misbehaving, tracking: Tracking, cache_dir: Path) -> Viewer:
    """Opens the inference page, on which no model has been chosen yet."""
    registry = Registry(tracking, f"measured-{uuid.uuid4().hex[:8]}")
    registry.version()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=misbehaving.address,  # type: ignore[arg-type]
        model_name=registry.name,
        inference_port=urlsplit(engine.address).port,  # type: ignore[arg-type]
        cache_dir=cache_dir,
        refresh_seconds=3000,
    )
    return Viewer(in_process(create_app(settings, connect(settings)).server), "/inference")


def show_walk(page: Viewer) -> float:
    """Begins the walk, as the browser does; returns how long the page took."""
    began = time.monotonic()
    page.set_property(ids.INFERENCE_SHOWN, "data", {"model_id": "1"})
    return time.monotonic() - began


def writes(registry: Misbehaving) -> int:
    return sum("model-versions/set-tag" in one for one in registry.requests)


def test_a_measurement_is_written_once_and_then_known(page: Viewer, misbehaving: Misbehaving) -> None:
    show_walk(page)
    eventually(lambda: page.tick() and page.shows(ids.EVALUATION, "Saved with the model."))
    assert page.property_of(ids.EVALUATE_TICK, "disabled")
    page.press(ids.retry("inference"))  # the list is read again, and contains it
    misbehaving.requests.clear()
    misbehaving.answer = HANG
    assert show_walk(page) < 8
    assert page.shows(ids.EVALUATION, "Saved with the model.")
    assert misbehaving.requests == []


def test_the_page_does_not_wait_for_a_hanging_registry(page: Viewer, misbehaving: Misbehaving) -> None:
    misbehaving.answer = HANG
    assert show_walk(page) < 8
    assert page.shows(ids.EVALUATION, "Saving it with the model…")
    assert not page.property_of(ids.EVALUATE_TICK, "disabled")
    assert writes(misbehaving) == 0


def test_a_refusing_registry_is_reported(page: Viewer, misbehaving: Misbehaving) -> None:
    misbehaving.answer = (401, b"who are you?", "text/plain")
    show_walk(page)
    eventually(lambda: page.tick() and page.shows(ids.EVALUATION, "It is not saved with the model: MLflow"))
    assert page.property_of(ids.EVALUATE_TICK, "disabled")


def test_a_measurement_survives_its_page_and_its_worker(
    engine: Misbehaving, misbehaving: Misbehaving, tracking: Tracking, cache_dir: Path
) -> None:
    """Neither a page nor the worker that got the request is needed any more: the next worker goes on."""
    registry = Registry(tracking, f"followed-{uuid.uuid4().hex[:8]}")
    version = registry.version(env_id="CartPole-v1")
    engine.answer = (200, orjson.dumps({"model_id": version, "state": "running", "played": 7}), "application/json")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=misbehaving.address,  # type: ignore[arg-type]
        model_name=registry.name,
        inference_port=urlsplit(engine.address).port,  # type: ignore[arg-type]
        cache_dir=cache_dir,
    )
    ended = connect(settings)
    ended.engine.start(version, Requester(is_page=True))
    ended.following.note(version)  # and is killed at that moment
    found = {"episodes": 100, "mean_return": 9.5, "iqm_return": 9.25, "mean_length": 9.5}
    returns = [found | {"iqm_interval": {"low": 9, "high": 10}}]
    done = {"model_id": version, "state": "done", "played": 100, "env_id": "CartPole-v1", "returns": returns}
    engine.answer = (200, orjson.dumps(done), "application/json")
    models = connect(settings).models
    eventually(lambda: models.get(version).mean_return == 9.5)
    eventually(lambda: not list(cache_dir.rglob("*.followed")))
