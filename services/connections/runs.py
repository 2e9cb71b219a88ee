"""Wires the runs and their histories from the settings."""

from domain.tracking.vocabulary import Vocabulary
from mlflow_api.client import MlflowApi
from mlflow_api.histories.metrics import MetricsApi
from services.sharing.shared_file import cache_folder
from services.tracking.bounds import ColumnBounds, HistoryBounds, MetricBounds
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.metric_source import DatabaseFirstMetrics, MetricSource
from services.tracking.histories.store import HistoryStore
from services.tracking.run_columns import RunColumnCache
from services.tracking.run_source import RunSource
from services.tracking.sources.mlflow_runs import MlflowRuns
from settings.settings import Settings


def run_source(settings: Settings, mlflow: MlflowApi, vocabulary: Vocabulary) -> RunSource:
    """Returns the source of MLflow's runs: its database where configured and working, else REST."""
    rest = MlflowRuns(mlflow, cache_folder(settings.cache_dir, mlflow.service.url))
    if not settings.mlflow_backend_store_uri:
        return rest
    # Imported here, because these need SQLAlchemy.
    from services.database.mlflow_database import MlflowDatabase
    from services.tracking.sources.database_columns import DatabaseColumns
    from services.tracking.sources.database_first import DatabaseFirstRuns
    from services.tracking.sources.database_runs import DatabaseRuns

    database = MlflowDatabase(settings.mlflow_backend_store_uri)
    runs = DatabaseRuns(database, vocabulary.of_all_tools, own_changes=rest.own_changes)
    return DatabaseFirstRuns(runs, rest, DatabaseColumns(database))


def run_columns(vocabulary: Vocabulary, source: RunSource, histories: HistoryStore) -> RunColumnCache:
    """Returns the columns of the run list: from the run table, from `source` if it reads columns, or from histories."""
    columns = None if source.columns is None else ColumnBounds(source.columns)
    return RunColumnCache(vocabulary, source.columns, MetricBounds(HistoryBounds(histories), columns))


def history_store(settings: Settings, mlflow: MlflowApi) -> HistoryStore:
    """Returns the metric histories of that MLflow, cached as configured."""
    folder = cache_folder(settings.cache_dir, mlflow.service.url) / "histories"
    source: MetricSource = MetricsApi(mlflow)
    if settings.mlflow_backend_store_uri:
        # Imported here, because it needs SQLAlchemy: 36 MB only for those who configure a database.
        from services.database.mlflow_database import MlflowDatabase
        from services.tracking.histories.metrics_sql import MetricDatabase

        source = DatabaseFirstMetrics(MetricDatabase(MlflowDatabase(settings.mlflow_backend_store_uri)), source)
    return HistoryStore(source, HistoryFiles(folder, settings.cache_max_bytes))
