"""Fixtures of all tests: a real MLflow, and a real HTTP server in front of it that can be made to misbehave."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.chromium import use_the_installed_driver
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking
from training.mlflow_server import DATABASE
from training.scratch_server import mlflow_server

# Real servers need time, and a fixture that outlives an example is intended here.
settings.register_profile(
    "clew",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # Shrinking with a real server takes minutes, and the examples are small already.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
settings.register_profile("thorough", settings.get_profile("clew"), max_examples=100)
settings.load_profile("clew")
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
use_the_installed_driver()


# The files that take minutes begin first, or one of the processes would end long after the others.
# The very first must run before others have filled the list that they read.
LONGEST = (
    "browser/test_model_clicks.py",
    "browser/test_views.py",
    "browser/test_runs_page.py",
    "faults/test_fault_matrix.py",
    "browser/test_access.py",
    "launcher/test_life.py",
    "browser/test_models_page.py",
    "browser/test_faults.py",
    "browser/test_column_menu.py",
    "browser/test_chart_grid.py",
    "scheduler/test_training_faults.py",
    "scheduler/test_training_lifecycle.py",
    "scheduler/test_crashes.py",
    "scheduler/test_backends.py",
    "browser/test_training_pages.py",
    "training/test_samples.py",
    "training/test_train.py",
    "training/test_cli.py",
    "serving/test_policy_downloads.py",
    "serving/test_real_services.py",
    "serving/test_drips.py",
    "deploy/test_behind_nginx.py",
    "models/test_under_fire.py",
    "runs/test_properties.py",
    "browser/test_embedding.py",
    "browser/test_divergence.py",
    "browser/test_every_metric.py",
    "browser/test_gpu_page.py",
    "browser/test_inference_page.py",
    "browser/test_slow_line.py",
    "browser/test_japanese.py",
    "browser/test_front_page.py",
    "browser/test_chart_options.py",
    "browser/test_sort_and_filter.py",
    "inference/test_engine_troubles.py",
    "gpus/test_troubles.py",
    "models/test_store_machine.py",
    "models/test_changes.py",
    "models/test_store_contract.py",
    "tensorboard_import/test_import.py",
    "watcher/test_watcher_faults.py",
    "watcher/test_host_alerts.py",
    "watcher/test_run_alerts.py",
    "watcher/test_model_alerts.py",
    "fleet/test_bad_prometheus.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Sets more examples for the thorough run."""
    if not config.option.markexpr:
        settings.load_profile("thorough")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first, then the other browser tests; the rest keeps its order."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places) + (item.path.parent.name != "browser")))


class SharedMlflow(NamedTuple):
    """Holds a real MLflow server, its SQLite file, and a copy of that from before the first write."""

    address: str
    database: Path
    untouched: sqlite3.Connection


@pytest.fixture(scope="session")
def shared_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedMlflow]:
    """Starts the one server of this process: starting it takes longer than most files of tests."""
    folder = tmp_path_factory.mktemp("shared-mlflow")
    with mlflow_server(folder) as address, closing(sqlite3.connect(":memory:")) as untouched:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            database.backup(untouched)
        yield SharedMlflow(address, folder / DATABASE, untouched)


@pytest.fixture(scope="session")
def mlflow_address(shared_mlflow: SharedMlflow) -> str:
    """Returns the address of a real MLflow server on SQLite."""
    return shared_mlflow.address


@pytest.fixture(scope="session")
def tracking(mlflow_address: str) -> Tracking:
    """Returns a client that logs runs to that server, as a training would."""
    return Tracking(mlflow_address)


@pytest.fixture
def misbehaving(mlflow_address: str) -> Iterator[Misbehaving]:
    """Starts a real server that passes everything on to MLflow until a test sets a fault."""
    with Misbehaving(mlflow_address) as server:
        yield server


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    """Returns an empty cache."""
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder
