"""All that the dashboard reaches, as one value that is handed to whoever needs it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.addresses import credentials_in
from domain.errors.names import GpuMonitor
from domain.health import ServiceKind
from domain.tracking.vocabulary import Vocabulary
from mlflow_api.client import MlflowApi
from mlflow_api.metrics import MetricsApi
from mlflow_api.registry import MlflowRegistry
from services.health.dependency_health import Checks
from services.health.service_health import HealthSnapshots, Neighbour
from services.inference_engine import InferenceEngine
from services.registry.activation_archive import ActivationArchive
from services.registry.changes.answers import ChangeAnswers
from services.registry.changes.making import ChangeMaking
from services.registry.changes.records import ChangeRecords
from services.registry.http_store import HttpModelStore
from services.registry.measurement_keeping import MeasurementKeeping
from services.registry.mlflow_model_tags import RunFacts
from services.registry.mlflow_store import MlflowModelStore, RunOf
from services.registry.model_changes import TokenRenewingStore
from services.registry.model_store import ModelStore, ReadOnlyStore
from services.registry.model_view import ModelSnapshots
from services.registry.policy_checks import PolicyChecks
from services.registry.policy_files import PolicyFiles
from services.sharing.shared_file import cache_folder
from services.sharing.version_token import VersionToken
from services.tracking.bounds import HistoryBounds, LaneBounds, MetricBounds
from services.tracking.curves import CurveCache
from services.tracking.extremes import MetricExtremes
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.metric_source import FastLane, MetricSource
from services.tracking.histories.store import HistoryStore
from services.tracking.run_columns import RunColumns
from services.tracking.run_source import RunSource
from services.tracking.run_store import RunStore
from services.tracking.sample_data import SampleData
from services.tracking.sources.mlflow_runs import MlflowRuns
from services.trainings.scheduler_client import SchedulerClient
from services.trainings.training_snapshots import TrainingSnapshots
from services.views.team_views import TeamViews
from settings.settings import Settings
from transport.credentials import basic_auth
from transport.http_client import JsonService


class Services(NamedTuple):
    """The dashboard's connections; nothing in them has been asked anything yet."""

    settings: Settings
    vocabulary: Vocabulary
    runs: RunStore
    samples: SampleData
    histories: HistoryStore
    curves: CurveCache
    extremes: MetricExtremes
    views: TeamViews
    models: ModelStore
    model_views: ModelSnapshots
    changes: ChangeAnswers
    policy_checks: PolicyChecks
    measurements: MeasurementKeeping
    engine: InferenceEngine
    scheduler: SchedulerClient
    trainings: TrainingSnapshots
    health: HealthSnapshots
    health_checks: Checks


def connect(settings: Settings) -> Services:
    """The services that `settings` name."""
    vocabulary = settings.vocabulary  # read once: its file may change while this runs
    mlflow = MlflowApi.from_settings(settings)
    source = run_source(settings, mlflow, vocabulary)
    histories = history_store(settings, mlflow)
    columns = run_columns(vocabulary, source, histories)
    runs = RunStore(source, settings.cache_dir, settings.refresh_seconds, columns)
    # Two stores never share one, nor do two registered models of one registry, nor two readings of their runs.
    kept_by = f"{settings.model_server_url or mlflow.service.url} {settings.model_name} {vocabulary.model_dump_json()}"
    models_folder = cache_folder(settings.cache_dir, kept_by)
    token = VersionToken(models_folder / "models-changed")
    models = model_store(settings, mlflow, _facts_of(runs, vocabulary), token)
    model_views = ModelSnapshots(models, settings.refresh_seconds, token, models_folder)
    engine = JsonService(InferenceEngine.name, settings.inference_url, direct=True)
    scheduler = SchedulerClient(scheduler_service(settings), settings)
    checks = Checks(source, runs, models, model_views)
    return Services(
        settings=settings,
        vocabulary=vocabulary,
        runs=runs,
        samples=SampleData(mlflow),
        histories=histories,
        curves=CurveCache(),
        extremes=MetricExtremes(histories, source.columns),
        views=TeamViews.of(mlflow, settings.cache_dir, settings.refresh_seconds, settings.patience_seconds),
        models=models,
        model_views=model_views,
        changes=ChangeAnswers(
            ChangeMaking(models, model_views, settings.patience_seconds).make, ChangeRecords(models_folder / "changes")
        ),
        policy_checks=PolicyChecks(models),
        measurements=MeasurementKeeping(models),
        engine=InferenceEngine(engine, settings),
        scheduler=scheduler,
        trainings=TrainingSnapshots(scheduler, cache_folder(settings.cache_dir, settings.scheduler_address)),
        health=health_snapshots(settings, checks, source, [*_neighbours(settings, engine), _neighbour(scheduler)]),
        health_checks=checks,
    )


def scheduler_service(settings: Settings) -> JsonService:
    """The scheduler of trainings, by what `settings` name."""
    auth = basic_auth(credentials_in(settings.scheduler_address))
    return JsonService(SchedulerClient.name, settings.scheduler_address, auth, direct=settings.embedded_scheduler)


def health_snapshots(
    settings: Settings, checks: Checks, source: RunSource, neighbours: Sequence[Neighbour]
) -> HealthSnapshots:
    """How everybody is doing whom `settings` name; kept apart from what another Clew asks that names others."""
    asked = " ".join([source.address, str(checks.model_store), *(one.service.url for one in neighbours)])
    return HealthSnapshots(checks, neighbours, cache_folder(settings.cache_dir, asked), settings.refresh_seconds)


def _neighbours(settings: Settings, engine: JsonService) -> Iterator[Neighbour]:
    for monitor in settings.gpu_monitors:
        auth = basic_auth(monitor.credentials)
        service = JsonService(GpuMonitor(monitor.name), monitor.url, auth, direct=settings.embedded_gpu_monitor)
        yield Neighbour(ServiceKind.GPU_MONITOR, monitor.name, service)
    if settings.embedded_inference:  # of a team's own server only the socket is known, as a browser opens it
        yield Neighbour(ServiceKind.INFERENCE, None, engine)


def _neighbour(scheduler: SchedulerClient) -> Neighbour:
    return Neighbour(ServiceKind.SCHEDULER, None, scheduler.service)


def _facts_of(runs: RunStore, vocabulary: Vocabulary) -> RunOf:
    def facts(run_id: str) -> RunFacts | None:
        run = runs.view().get(run_id)
        return None if run is None else RunFacts.of(run, vocabulary)

    return facts


def model_store(settings: Settings, mlflow: MlflowApi, run_of: RunOf, token: VersionToken) -> ModelStore:
    """The model server where there is one, else MLflow's registry; its changes renew the token, or are refused."""
    store: ModelStore
    if settings.model_server_url is not None:
        store = HttpModelStore(JsonService(HttpModelStore.name, str(settings.model_server_url).rstrip("/")))
    else:
        registry = MlflowRegistry(mlflow, settings.model_name)
        files = PolicyFiles(registry, settings.cache_dir / "policies")
        store = MlflowModelStore(
            registry,
            files.check,
            files.file,
            run_of,
            known_check=files.known_check,
            remembered=ActivationArchive(registry).catch_up,
        )
    return ReadOnlyStore(store) if settings.read_only else TokenRenewingStore(store, token)


def run_source(settings: Settings, mlflow: MlflowApi, vocabulary: Vocabulary) -> RunSource:
    """The runs of that MLflow: by its database where the settings name one, and it goes."""
    rest = MlflowRuns(mlflow, cache_folder(settings.cache_dir, mlflow.service.url))
    if not settings.mlflow_backend_store_uri:
        return rest
    # Here, because they bring SQLAlchemy.
    from services.database.mlflow_database import MlflowDatabase
    from services.tracking.sources.database_columns import DatabaseColumns
    from services.tracking.sources.database_runs import DatabaseRuns
    from services.tracking.sources.lanes import RunLanes

    database = MlflowDatabase(settings.mlflow_backend_store_uri)
    return RunLanes(DatabaseRuns(database, vocabulary.named), rest, DatabaseColumns(database))


def run_columns(vocabulary: Vocabulary, source: RunSource, histories: HistoryStore) -> RunColumns:
    """The columns of the run list: from the list, else from where `source` reads columns, else from histories."""
    lane = None if source.columns is None else LaneBounds(source.columns)
    return RunColumns(vocabulary, source.columns, MetricBounds(HistoryBounds(histories), lane))


def history_store(settings: Settings, mlflow: MlflowApi) -> HistoryStore:
    """The histories of that MLflow, kept where `settings` say."""
    folder = cache_folder(settings.cache_dir, mlflow.service.url) / "histories"
    source: MetricSource = MetricsApi(mlflow)
    if settings.mlflow_backend_store_uri:
        # Here, because it brings SQLAlchemy: 36 MB that only those who name a database pay for.
        from services.database.mlflow_database import MlflowDatabase
        from services.tracking.histories.metrics_sql import MetricDatabase

        source = FastLane(MetricDatabase(MlflowDatabase(settings.mlflow_backend_store_uri)), source)
    return HistoryStore(source, HistoryFiles(folder, settings.cache_max_bytes))
