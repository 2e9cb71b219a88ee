"""Imports into a real MLflow, and what it holds afterwards."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.signed_addresses import SignedAddresses
from mlflow_api.client import MlflowApi
from mlflow_api.run_files import RunFiles
from mlflow_api.run_writes import RunWrites, StoredRun
from settings.settings import Settings
from tensorboard_import.folders.naming import Naming
from tensorboard_import.following.importer import Importer, Source
from tensorboard_import.writing.imported_run import ImportTarget
from tensorboard_import.writing.patience import RetryingCalls
from tensorboard_import.writing.run_tags import changed_names
from tests.tensorboard_import.event_folders import Histories, point

ROOT = Path(__file__).parents[2]


class Target:
    """Holds an experiment of its own in an MLflow, into which folders are imported."""

    def __init__(self, address: str, experiment: str) -> None:
        self.address = address
        self.experiment = experiment
        settings = Settings(mlflow_tracking_uri=address, _env_file=None)  # type: ignore[call-arg, arg-type]
        self.mlflow = MlflowApi.from_settings(settings)
        self.runs = RunWrites(self.mlflow)
        self.artifacts = MlflowArtifacts(self.mlflow, SignedAddresses(self.mlflow))

    def importer(
        self, *logdirs: Path, host: str = "here", silent_seconds: float = 600, gives_up_seconds: float = 120
    ) -> Importer:
        stop = threading.Event()
        sources = [Source(logdir, Naming(self.experiment, logdir.name)) for logdir in logdirs]
        patience = RetryingCalls(stop, self.mlflow.ping, gives_up_seconds=gives_up_seconds)
        server = ImportTarget(self.runs, RunFiles(self.mlflow), patience)
        return Importer(
            sources,
            server,
            host,
            silent_seconds=silent_seconds,
            stop=stop,
            stall_seconds=3,
            retry_seconds=1,
        )

    def import_all(self, *logdirs: Path, host: str = "here") -> bool:
        return self.importer(*logdirs, host=host).import_all()

    def start(self, *arguments: str, through: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """Starts the import command, optionally `through` another command that runs it."""
        return subprocess.Popen(
            [*through, sys.executable, "-m", "tensorboard_import", *arguments, "--experiment", self.experiment],
            env={**os.environ, "MLFLOW_TRACKING_URI": self.address, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )

    def all_runs(self) -> list[StoredRun]:
        return list(self.runs.search([self.runs.experiment(self.experiment)], "", 10_000))

    def run(self, name: str) -> StoredRun:
        """Returns the one run of that name."""
        (found,) = [run for run in self.all_runs() if run.name == name]
        return found

    def histories(self, run: StoredRun) -> Histories:
        """Returns all that MLflow has of a run, by the names that TensorBoard has for it."""
        names = changed_names(run.tags)
        return {names.get(key, key): sorted(self._points(run.run_id, key)) for key in run.metrics}

    def _points(self, run_id: str, key: str) -> list[tuple[int, int, str]]:
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            query = {"run_id": run_id, "metric_key": key, "max_results": "25000"} | (
                {"page_token": token} if token else {}
            )
            answer = requests.get(f"{self.address}/api/2.0/mlflow/metrics/get-history", params=query, timeout=60).json()
            found += answer.get("metrics", [])
            token = answer.get("next_page_token", "")
            if not token:
                return [point(int(one["step"]), int(one["timestamp"]) / 1000, float(one["value"])) for one in found]


@pytest.fixture
def target(mlflow_address: str, request: pytest.FixtureRequest) -> Target:
    """Creates an empty experiment."""
    return Target(mlflow_address, f"tensorboard-{request.node.name}")


@pytest.fixture
def target_at(request: pytest.FixtureRequest) -> Callable[[str], Target]:
    """Creates an empty experiment of the server at an address."""
    return lambda address: Target(address, f"tensorboard-{request.node.name}")
