"""An episode that the engine draws is kept with the model's run, on request of a person or a program."""

import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.misbehaving import Misbehaving
from tests.registry import Registry
from tests.tracking import Tracking

WEBP, GIF = b"RIFF\0\0\0\0WEBP and so on", b"GIF89a and so on"


@pytest.fixture(scope="module")
def engine() -> Iterator[Misbehaving]:
    with Misbehaving("http://127.0.0.1:1") as server:
        server.answer = (200, WEBP, "image/webp")
        yield server


@pytest.fixture(scope="module")
def registry(tracking: Tracking) -> Registry:
    registry = Registry(tracking, f"kept-{uuid.uuid4().hex[:8]}")
    registry.version()
    return registry


def client(registry: Registry, engine: Misbehaving, cache: Path, **more: Any) -> FlaskClient:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=registry.tracking.address,  # type: ignore[arg-type]
        model_name=registry.name,
        inference_port=urlsplit(engine.address).port,  # type: ignore[arg-type]
        cache_dir=cache,
        **more,
    )
    return create_app(settings, connect(settings)).server.test_client()


def test_a_program_and_a_person_store_an_episode_with_the_run(
    registry: Registry, engine: Misbehaving, cache_dir: Path
) -> None:
    clew = client(registry, engine, cache_dir)
    kept = clew.post("/api/models/1/episodes", json={"seed": 7})
    assert kept.status_code == 201, kept.text
    assert kept.json["path"].startswith("episodes/")
    assert kept.json["path"].endswith("_1_seed-7.webp")
    assert kept.json["size_bytes"] == len(WEBP)
    address = f"{registry.tracking.address}/get-artifact?run_id={kept.json['run_id']}&path={kept.json['path']}"
    with urllib.request.urlopen(address, timeout=30) as file:
        assert file.read() == WEBP
    assert engine.requests[-1].startswith("POST /episodes/1?seed=7&format=webp")

    again = clew.post("/episodes", json={"model_id": "1", "seed": 7})
    assert (again.status_code, again.json) == (200, kept.json)

    as_gif = clew.post("/api/models/1/episodes", json={"seed": 7, "format": "gif"})
    assert (as_gif.status_code, as_gif.json["code"]) == (502, "bad-response"), "a WebP is no GIF"
    engine.answer = (200, GIF, "image/gif")
    assert clew.post("/api/models/1/episodes", json={"seed": 7, "format": "gif"}).json["path"].endswith("_seed-7.gif")
    engine.answer = (200, WEBP, "image/webp")


@pytest.mark.parametrize(
    ("body", "status"),
    [({"seed": -1}, 422), ({"seed": "x"}, 422), ({}, 422), ([], 422), ({"seed": 1, "format": "mp4"}, 422)],
)
def test_an_invalid_seed_is_refused(
    registry: Registry, engine: Misbehaving, cache_dir: Path, body: Any, status: int
) -> None:
    assert client(registry, engine, cache_dir).post("/api/models/1/episodes", json=body).status_code == status


def test_an_episode_that_cannot_be_kept_has_a_reason(registry: Registry, engine: Misbehaving, cache_dir: Path) -> None:
    clew = client(registry, engine, cache_dir)
    assert clew.post("/api/models/99/episodes", json={"seed": 1}).status_code == 404
    engine.answer = (200, b"<html>", "text/html")
    broken = clew.post("/episodes", json={"model_id": "1", "seed": 1})
    assert (broken.status_code, broken.json["code"]) == (502, "bad-response")
    closed = client(registry, engine, cache_dir, read_only=True)
    refused = closed.post("/episodes", json={"model_id": "1", "seed": 1})
    assert (refused.status_code, refused.json["code"]) == (403, "read-only")
    engine.answer = (200, WEBP, "image/webp")
