"""Two workers of one host, and what their pages say of the models."""

import shutil
from pathlib import Path

from flask import Flask

from app import create_app
from components import ids
from services.connect import Services, connect
from settings.settings import Settings
from tests.faults.viewer import Viewer, in_process
from tests.misbehaving import Misbehaving, eventually
from tests.registry import Registry


class Host:
    """Two workers on one cache; `at` is who is asked. With 3,000 seconds only the first reading is merely due."""

    def __init__(self, address: str, model_name: str, cache_dir: Path, refresh_seconds: float = 3000) -> None:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=address,  # type: ignore[arg-type]
            model_name=model_name,
            model_names=model_name,  # what other tests tagged is not shown
            cache_dir=cache_dir,
            refresh_seconds=refresh_seconds,
        )
        self.services: list[Services] = [connect(settings) for _worker in range(2)]
        self.workers: list[Flask] = [create_app(settings, services).server for services in self.services]
        self.at = 0

    def open(self, path: str = "/models") -> Viewer:
        """A viewer whose every request goes to the worker of that moment."""
        return Viewer(lambda *asked: in_process(self.workers[self.at])(*asked), path)


def active(registry: Registry, version: str) -> None:
    """Makes a version active past Clew."""
    alias = {"name": registry.name, "alias": "active", "version": version}
    registry.tracking.post("registered-models/alias", alias)


def states(viewer: Viewer) -> dict[str, str]:
    """What the list says of each model; of none where there is no list."""
    return {row["id"]: row["state"] for row in viewer.has_as(ids.MODEL_ROWS, "data") or []}


def readings(misbehaving: Misbehaving) -> int:
    """How often the models have been asked for; the runs, which their pages show as well, are asked for beside that."""
    return sum("model-versions/search" in asked for asked in misbehaving.requests)


def emptied(cache_dir: Path) -> None:
    """Deletes the cache, as anybody may at any time, though a refresh may be writing there."""
    eventually(lambda: shutil.rmtree(cache_dir, ignore_errors=True) or not cache_dir.exists())


def blocked(path: Path) -> None:
    """Puts a folder where a file of the cache is, or would be: nothing can be written there."""
    path.unlink(missing_ok=True)
    path.mkdir()
