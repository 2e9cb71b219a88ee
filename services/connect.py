"""Builds all services of the dashboard as one value that is passed to those who need it."""

from typing import NamedTuple

from domain.tracking.vocabulary import Vocabulary
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.signed_addresses import SignedAddresses
from mlflow_api.client import MlflowApi
from mlflow_api.run_files import RunFiles
from services.alerts.team_alerts import HintingToken, TeamAlerts
from services.artifacts.run_artifacts import RunArtifacts
from services.connections.fleet import fleet_histories, prometheus, prometheus_service
from services.connections.health import gpu_monitors, health_snapshots, peer_services, scheduler_peer, scheduler_service
from services.connections.models import facts_of, model_store
from services.connections.runs import history_store, run_columns, run_source
from services.fleet.fleet_histories import FleetHistories
from services.health.dependency_health import Checks
from services.health.service_health import HealthSnapshots
from services.inference_engine import InferenceEngine
from services.measuring.evaluation_follower import EvaluationFollower
from services.registry.changes.answers import ChangeAnswers
from services.registry.changes.model_changer import ModelChanger
from services.registry.changes.records import ChangeRecords
from services.registry.measurement_writer import MeasurementWriter
from services.registry.model_store import ModelStore
from services.registry.model_view import ModelSnapshots
from services.registry.policy_checks import PolicyChecks
from services.run_changes.active_run import RunRestoringStore
from services.run_changes.team_runs import TeamRuns
from services.run_facts.datasets import RunDatasets
from services.run_facts.gpus import GpuReports
from services.saved_episodes import SavedEpisodes
from services.sharing.shared_file import cache_folder
from services.tracking.curves import CurveCache
from services.tracking.extremes import MetricExtremes
from services.tracking.histories.store import HistoryStore
from services.tracking.run_store import RunStore
from services.tracking.sample_data import SampleData
from services.tracking.tool_readings import ToolReadings
from services.trainings.scheduler_client import SchedulerClient
from services.trainings.training_snapshots import TrainingSnapshots
from services.views.team_views import TeamViews
from settings.settings import Settings
from transport.http_client import JsonService


class Services(NamedTuple):
    """The dashboard's services; none of them has sent a request yet."""

    settings: Settings
    vocabulary: Vocabulary
    runs: RunStore
    samples: SampleData
    tool_readings: ToolReadings
    histories: HistoryStore
    curves: CurveCache
    extremes: MetricExtremes
    artifacts: RunArtifacts
    datasets: RunDatasets
    gpu_reports: GpuReports
    fleet: FleetHistories
    team_runs: TeamRuns
    alerts: TeamAlerts
    views: TeamViews
    models: ModelStore
    model_views: ModelSnapshots
    changes: ChangeAnswers
    policy_checks: PolicyChecks
    measurements: MeasurementWriter
    following: EvaluationFollower
    engine: InferenceEngine
    episodes: SavedEpisodes
    scheduler: SchedulerClient
    trainings: TrainingSnapshots
    health: HealthSnapshots
    health_checks: Checks


def connect(settings: Settings) -> Services:
    """Builds the services from the settings."""
    vocabulary = settings.vocabulary  # read once: the file may change while this process runs
    mlflow = MlflowApi.from_settings(settings)
    source = run_source(settings, mlflow, vocabulary)
    histories = history_store(settings, mlflow)
    columns = run_columns(vocabulary, source, histories)
    runs = RunStore(source, settings.cache_dir, settings.refresh_seconds, columns)
    # Caches are separate for different stores, registered models and vocabularies.
    names = f"{settings.model_name} {settings.model_names}"
    kept_by = f"{settings.model_server_url or mlflow.service.url} {names} {vocabulary.model_dump_json()}"
    models_folder = cache_folder(settings.cache_dir, kept_by)
    alerts = TeamAlerts(mlflow, settings.cache_dir, settings.refresh_seconds)
    token = HintingToken(models_folder / "models-changed", alerts)
    team_runs = TeamRuns.of(mlflow, settings.cache_dir, settings.refresh_seconds, alerts.hint)
    models = model_store(settings, mlflow, facts_of(runs, vocabulary), token)
    if settings.model_server_url is None:
        models = RunRestoringStore(models, team_runs)
    model_views = ModelSnapshots(models, settings.refresh_seconds, token, models_folder)
    engine = JsonService(InferenceEngine.name, settings.inference_url, direct=True)
    measuring, measurements = InferenceEngine(engine, settings), MeasurementWriter(models)
    following = EvaluationFollower(measuring, measurements, models_folder / "followed")
    following.resume()
    scheduler = SchedulerClient(scheduler_service(settings), settings)
    checks = Checks(source, runs, models, model_views)
    monitors, prometheus_api = gpu_monitors(settings), prometheus(settings)
    peers = [*peer_services(settings, engine), scheduler_peer(scheduler), *prometheus_service(prometheus_api)]
    return Services(
        settings=settings,
        vocabulary=vocabulary,
        runs=runs,
        samples=SampleData(mlflow),
        tool_readings=ToolReadings(mlflow),
        histories=histories,
        curves=CurveCache(),
        extremes=MetricExtremes(histories, source.columns),
        artifacts=RunArtifacts(MlflowArtifacts(mlflow, SignedAddresses(mlflow, settings.artifact_origins))),
        datasets=RunDatasets(mlflow),
        gpu_reports=GpuReports(monitors),
        fleet=fleet_histories(prometheus_api, monitors),
        team_runs=team_runs,
        alerts=alerts,
        views=TeamViews.of(mlflow, settings.cache_dir, settings.refresh_seconds, settings.patience_seconds),
        models=models,
        model_views=model_views,
        changes=ChangeAnswers(
            ModelChanger(models, model_views, settings.patience_seconds).make, ChangeRecords(models_folder / "changes")
        ),
        policy_checks=PolicyChecks(models),
        measurements=measurements,
        following=following,
        engine=measuring,
        episodes=SavedEpisodes(models, measuring, RunFiles(mlflow)),
        scheduler=scheduler,
        trainings=TrainingSnapshots(scheduler, cache_folder(settings.cache_dir, settings.scheduler_address)),
        health=health_snapshots(settings, checks, source, peers),
        health_checks=checks,
    )
