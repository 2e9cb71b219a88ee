"""All that the dashboard reaches, as one value that is handed to whoever needs it."""

from typing import NamedTuple

from mlflow_api.client import MlflowRest
from mlflow_api.metrics import MetricRest
from mlflow_api.registry import MlflowRegistry
from services.inference_engine import InferenceEngine
from services.registry.http_store import HttpModelStore
from services.registry.measurement_keeping import MeasurementKeeping
from services.registry.mlflow_store import MlflowModelStore
from services.registry.model_changes import ChangeMark, MarkingStore
from services.registry.model_store import ModelStore, ReadOnlyStore
from services.registry.model_view import ModelSnapshots
from services.registry.policy_checks import PolicyLooks
from services.registry.policy_files import PolicyFiles
from services.sharing.shared_file import cache_folder
from services.tracking.curves import CurveCache
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.metric_source import FastLane, MetricSource
from services.tracking.histories.store import HistoryStore
from services.tracking.run_store import RunStore
from settings.settings import Settings
from transport.http_client import JsonService


class Services(NamedTuple):
    """The dashboard's connections; nothing in them has been asked anything yet."""

    settings: Settings
    mlflow: MlflowRest
    runs: RunStore
    histories: HistoryStore
    curves: CurveCache
    models: ModelStore
    model_views: ModelSnapshots
    policy_looks: PolicyLooks
    measurements: MeasurementKeeping
    engine: InferenceEngine


def connect(settings: Settings) -> Services:
    """The services that `settings` name."""
    mlflow = MlflowRest.from_settings(settings)
    runs = RunStore(mlflow, settings.cache_dir, settings.refresh_seconds)
    # Two stores never share one, nor do two registered models of one registry.
    kept_by = f"{settings.model_server_url or mlflow.service.url} {settings.model_name}"
    models_folder = cache_folder(settings.cache_dir, kept_by)
    mark = ChangeMark(models_folder / "models-changed")
    models = model_store(settings, mlflow, runs, mark)
    return Services(
        settings=settings,
        mlflow=mlflow,
        runs=runs,
        histories=history_store(settings, mlflow),
        curves=CurveCache(),
        models=models,
        model_views=ModelSnapshots(models, settings.refresh_seconds, mark, models_folder),
        policy_looks=PolicyLooks(models),
        measurements=MeasurementKeeping(models),
        engine=InferenceEngine(JsonService(InferenceEngine.name, settings.inference_url)),
    )


def model_store(settings: Settings, mlflow: MlflowRest, runs: RunStore, mark: ChangeMark) -> ModelStore:
    """The model server where there is one, else MLflow's registry; its changes are marked, or refused."""
    store: ModelStore
    if settings.model_server_url is not None:
        store = HttpModelStore(JsonService(HttpModelStore.name, str(settings.model_server_url).rstrip("/")))
    else:
        registry = MlflowRegistry(mlflow, settings.model_name)
        files = PolicyFiles(registry, settings.cache_dir / "policies")
        store = MlflowModelStore(registry, files.check, files.content, lambda run_id: runs.view().get(run_id))
    return ReadOnlyStore(store) if settings.read_only else MarkingStore(store, mark)


def history_store(settings: Settings, mlflow: MlflowRest) -> HistoryStore:
    """The histories of that MLflow, kept where `settings` say."""
    folder = cache_folder(settings.cache_dir, mlflow.service.url) / "histories"
    source: MetricSource = MetricRest(mlflow)
    if settings.mlflow_backend_store_uri:
        # Here, because it brings SQLAlchemy: 36 MB that only those who name a database pay for.
        from services.tracking.histories.metrics_sql import MetricDatabase

        source = FastLane(MetricDatabase(settings.mlflow_backend_store_uri), source)
    return HistoryStore(source, HistoryFiles(folder, settings.cache_max_bytes))
