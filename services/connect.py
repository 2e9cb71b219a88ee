"""All that the dashboard reaches, as one value that is handed to whoever needs it."""

from typing import NamedTuple

from services.history_files import HistoryFiles
from services.history_store import HistoryStore
from services.metric_rest import MetricRest
from services.metric_source import FastLane, MetricSource
from services.mlflow_rest import MlflowRest
from services.run_store import RunStore
from services.settings import Settings
from services.shared_file import cache_folder


class Services(NamedTuple):
    """The dashboard's connections; nothing in them has been asked anything yet."""

    settings: Settings
    mlflow: MlflowRest
    runs: RunStore
    histories: HistoryStore


def connect(settings: Settings) -> Services:
    """The services that `settings` name."""
    mlflow = MlflowRest.from_settings(settings)
    return Services(
        settings=settings,
        mlflow=mlflow,
        runs=RunStore(mlflow, settings.cache_dir, settings.refresh_seconds),
        histories=history_store(settings, mlflow),
    )


def history_store(settings: Settings, mlflow: MlflowRest) -> HistoryStore:
    """The histories of that MLflow, kept where `settings` say."""
    folder = cache_folder(settings.cache_dir, mlflow.service.url) / "histories"
    source: MetricSource = MetricRest(mlflow)
    if settings.mlflow_backend_store_uri:
        # Here, because it brings SQLAlchemy: 36 MB that only those who name a database pay for.
        from services.metric_database import MetricDatabase

        source = FastLane(MetricDatabase(settings.mlflow_backend_store_uri), source)
    return HistoryStore(source, HistoryFiles(folder, settings.cache_max_bytes))
