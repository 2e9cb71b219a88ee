"""All that the dashboard reaches, as one value that is handed to whoever needs it."""

from typing import NamedTuple

from services.history_store import HistoryStore
from services.mlflow_rest import MlflowRest
from services.run_store import RunStore
from services.settings import Settings


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
        histories=HistoryStore(mlflow),
    )
