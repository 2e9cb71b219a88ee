"""The tables of MLflow's database that are read here, and the check of its schema.

An active run is one that is not deleted, in an experiment that is not deleted, in the workspace that MLflow's REST API
shows.
"""

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from domain.errors.services import SchemaUnknown
from services.database.mlflow_database import SERVICE

REVISIONS: Final = frozenset(
    (
        "17e22815139b",
        "1971f2d9a75b",
        "1a0cddfcaa16",
        "1b5f0d9ad7c1",
        "1bd49d398cd23",
        "2c33131f4dae",
        "3da73c924c2f",
        "400f98739977",
        "534353b11cbc",
        "5d2d30f0abce",
        "6953534de441",
        "6f8d9c3b2a1e",
        "71994744cf8e",
        "75868b020152",
        "76601a5f987d",
        "770bee3ae1dd",
        "7d34483879f0",
        "89d3d66ed43f",
        "a1b2c3d4e5f6",
        "a5b4c3d2e1f0",
        "a8b9c0d1e2f3",
        "ae8bbe7743c9",
        "b7c8d9e0f1a2",
        "b7e2c1a4d9f3",
        "b7e4c1a90f23",
        "bda7b8c39065",
        "bf29a5ff90ea",
        "c1d2e3f4a5b6",
        "c3d6457b6d8a",
        "c3d9e7f1a2b4",
        "c8d9e0f1a2b3",
        "c9d4e5f6a7b8",
        "cbc13b556ace",
        "d0e1f2a3b4c5",
        "d3e4f5a6b7c8",
        "da6fb0208061",
        "dc11669786a5",
        "de4033877273",
        "e1f2a3b4c5d6",
    )
)
"""MLflow's migrations of 3.0 to 3.17: none of them changes these tables, except for the workspace."""
_DEFAULT_WORKSPACE: Final = "default"

_RUN_COLUMNS: Final = ("run_uuid", "name", "status", "start_time", "end_time", "experiment_id", "lifecycle_stage")
VERSION = table("alembic_version", column("version_num"))
RUNS = table("runs", *map(column, _RUN_COLUMNS))
EXPERIMENTS = table("experiments", *map(column, ("experiment_id", "name", "lifecycle_stage", "workspace")))
EXPERIMENT_TAGS = table("experiment_tags", *map(column, ("experiment_id", "key", "value")))
LATEST = table("latest_metrics", *map(column, ("run_uuid", "key", "value", "step", "timestamp", "is_nan")))
METRICS = table("metrics", *map(column, ("run_uuid", "key", "value", "is_nan")))
PARAMS = table("params", *map(column, ("run_uuid", "key", "value")))
TAGS = table("tags", *map(column, ("run_uuid", "key", "value")))


class MlflowTables:
    """The tables of one database, whose schema is known."""

    def __init__(self, connection: Connection) -> None:
        """Checks the schema; raises `SchemaUnknown` for another version, and the database's error for a missing table
        or column.
        """
        revisions = {str(revision) for (revision,) in connection.execute(select(VERSION.c.version_num))}
        if not revisions or revisions - REVISIONS:
            raise SchemaUnknown(SERVICE, ", ".join(sorted(revisions)) or "–")
        for one in (RUNS, EXPERIMENT_TAGS, LATEST, METRICS, PARAMS, TAGS):
            _touch(connection, *one.c)
        self._has_workspaces = _has(connection, EXPERIMENTS.c.workspace)

    @property
    def is_shown(self) -> ColumnElement[bool]:
        """Whether MLflow's REST API shows an experiment."""
        active = EXPERIMENTS.c.lifecycle_stage == "active"
        return and_(active, EXPERIMENTS.c.workspace == _DEFAULT_WORKSPACE) if self._has_workspaces else active

    @property
    def is_active(self) -> ColumnElement[bool]:
        """Whether a run is active."""
        shown = select(EXPERIMENTS.c.experiment_id).where(self.is_shown)
        return and_(RUNS.c.lifecycle_stage == "active", RUNS.c.experiment_id.in_(shown))


def _touch(connection: Connection, *columns: ColumnElement[object]) -> None:
    connection.execute(select(func.count()).select_from(select(*columns).limit(1).subquery())).scalar_one()


def _has(connection: Connection, one: ColumnElement[object]) -> bool:
    """Returns whether the column exists: the first versions of MLflow 3 had no workspaces."""
    try:
        _touch(connection, one)
    except SQLAlchemyError:
        connection.rollback()
        return False
    return True
