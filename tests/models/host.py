"""Two workers of one host, and what their pages show of the models."""

import shutil
from pathlib import Path

from flask import Flask

from app import create_app
from components import ids
from services.connect import Services, connect
from settings.settings import Settings
from tests.faults.viewer import Viewer, in_process
from tests.misbehaving import Misbehaving, eventually
from tests.patient import PatientSettings
from tests.registry import Registry


class Host:
    """Runs two workers on one cache; `at` is the one that gets the requests. With 3,000 seconds only the first
    reading is due. They wait for MLflow as long as a slow machine needs, or `is_patient` is false, where a test makes
    it hang."""

    def __init__(
        self,
        address: str,
        model_name: str,
        cache_dir: Path,
        refresh_seconds: float = 3000,
        *,
        is_patient: bool = True,
    ) -> None:
        settings = (PatientSettings if is_patient else Settings)(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=address,  # type: ignore[arg-type]
            model_name=model_name,
            model_names=model_name,  # models that other tests tagged are not shown
            cache_dir=cache_dir,
            refresh_seconds=refresh_seconds,
        )
        self.services: list[Services] = [connect(settings) for _worker in range(2)]
        self.workers: list[Flask] = [create_app(settings, services).server for services in self.services]
        self.at = 0

    def open(self, path: str = "/models") -> Viewer:
        """Opens a viewer whose every request goes to the current worker."""
        return Viewer(lambda *arguments: in_process(self.workers[self.at])(*arguments), path)


def active(registry: Registry, version: str) -> None:
    """Makes a version active past Clew."""
    alias = {"name": registry.name, "alias": "active", "version": version}
    registry.tracking.post("registered-models/alias", alias)


def states(viewer: Viewer) -> dict[str, str]:
    """Returns the state of each model in the list; empty if there is no list."""
    return {row["id"]: row["state"] for row in viewer.property_of(ids.MODEL_ROWS, "data") or []}


def readings(misbehaving: Misbehaving) -> int:
    """Returns how often the models were read; the readings of runs, which their pages show as well, do not count."""
    return sum("model-versions/search" in request for request in misbehaving.requests)


def delete_cache(cache_dir: Path) -> None:
    """Deletes the cache, as may happen at any time, even while a refresh is writing there."""
    eventually(lambda: shutil.rmtree(cache_dir, ignore_errors=True) or not cache_dir.exists())


def block_file(path: Path) -> None:
    """Puts a folder in the place of a cache file: nothing can be written there."""
    path.unlink(missing_ok=True)
    path.mkdir()
