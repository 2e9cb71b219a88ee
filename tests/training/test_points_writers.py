"""Both ways to write numbers give the same histories and latest values, as MLflow returns them."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric
from mlflow.tracking import MlflowClient

from domain.errors import ServiceUnavailable
from tests.conftest import SharedMlflow
from training.samples import points_writers
from training.samples.points_writers import COLUMNS, KEYS, DatabasePoints, PointsWriter, RestPoints
from training.tracking.points import Point
from training.tracking.server import TrackingServer

NAN, INFINITY = float("nan"), float("inf")
MESSAGE_OF_SQLITE = "database is locked"
# Few times, steps and values, so that points repeat and collide.
POINTS = st.lists(
    st.builds(
        Point,
        key=st.sampled_from(["loss", "eval/return"]),
        value=st.sampled_from([NAN, INFINITY, -INFINITY, 0.0, -1.5]) | st.floats(allow_nan=False),
        timestamp_ms=st.integers(1_700_000_000_000, 1_700_000_000_002),
        step=st.integers(-1, 2),
    ),
    max_size=12,
)


@pytest.fixture(params=["REST", "database"])
def writer(request: pytest.FixtureRequest, server: TrackingServer, shared_mlflow: SharedMlflow) -> PointsWriter:
    return RestPoints(server) if request.param == "REST" else database(shared_mlflow)


def database(shared_mlflow: SharedMlflow) -> DatabasePoints:
    opened = DatabasePoints.open(shared_mlflow.database)
    assert opened is not None
    return opened


def new_run(server: TrackingServer) -> str:
    return server.create_run("0", "numbers", {})


def read_back(client: MlflowClient, run_id: str) -> tuple[list[list[str]], str]:
    """Returns histories and latest values as text, in which NaN equals NaN."""
    metrics = client.get_run(run_id).data.metrics
    histories = [
        sorted(str(dict(point)) for point in client.get_metric_history(run_id, key)) for key in sorted(metrics)
    ]
    return histories, str(sorted(metrics.items()))


def test_histories_and_latest_values_are_mlflows(
    writer: PointsWriter, client: MlflowClient, server: TrackingServer
) -> None:
    """The latest value is that of the last step; among several, of the last time; then the largest."""
    run_id = new_run(server)
    first = [
        Point("loss", 3.0, 20, 7),
        Point("loss", 1.0, 30, 5),
        Point("gap", NAN, 10, 1),
        Point("top", INFINITY, 1, 1),
    ]
    again = [*first, Point("loss", 4.0, 20, 7), Point("loss", 9.0, 10, 7)]
    for points in (first, again, again):
        writer.write(run_id, points)
    losses = [(point.value, point.timestamp, point.step) for point in client.get_metric_history(run_id, "loss")]
    assert sorted(losses) == [(1.0, 30, 5), (3.0, 20, 7), (4.0, 20, 7), (9.0, 10, 7)]
    found = client.get_run(run_id).data.metrics
    assert str(found["gap"]) == "nan"
    assert (found["loss"], found["top"]) == (4.0, pytest.approx(1.7976931348623157e308))


def test_more_points_than_one_request_takes(writer: PointsWriter, client: MlflowClient, server: TrackingServer) -> None:
    run_id = new_run(server)
    writer.write(run_id, [Point("loss", step / 7, 1_700_000_000_000 + step, step) for step in range(2_500)])
    found = client.get_metric_history(run_id, "loss")
    assert [(point.step, point.value) for point in found] == [(step, step / 7) for step in range(2_500)]


@given(POINTS, POINTS)
@example([Point("loss", 0.0, 1, 1), Point("loss", NAN, 1, 1)], [Point("loss", -0.0, 1, 1)])
def test_both_ways_give_the_same(
    client: MlflowClient,
    server: TrackingServer,
    shared_mlflow: SharedMlflow,
    first: Sequence[Point],
    second: Sequence[Point],
) -> None:
    found = []
    for writer in (RestPoints(server), database(shared_mlflow)):
        run_id = new_run(server)
        writer.write(run_id, first)
        writer.write(run_id, second)
        found.append(read_back(client, run_id))
    assert found[0] == found[1]


def test_the_tables_are_those_of_mlflows_models() -> None:
    """A new MLflow may have others: then `DatabasePoints` has to be changed with it."""
    for table in (SqlMetric.__table__, SqlLatestMetric.__table__):
        assert {column.name for column in table.columns} == COLUMNS
        assert {column.name for column in table.primary_key} == KEYS[table.name]


def test_a_database_with_other_tables_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"CREATE TABLE metrics ({', '.join(COLUMNS)}, model_id, PRIMARY KEY ({', '.join(COLUMNS)}))")
    assert DatabasePoints.open(file) is None
    assert "metrics has the columns" in caplog.text
    assert "model_id" in caplog.text


def test_another_mlflows_database_does_not_hold_the_run(shared_mlflow: SharedMlflow, server: TrackingServer) -> None:
    assert database(shared_mlflow).holds(new_run(server))
    assert not database(shared_mlflow).holds("0" * 32)


def test_a_missing_database_is_not_created(tmp_path: Path) -> None:
    assert DatabasePoints.open(tmp_path / "mlflow.db") is None
    with pytest.raises(ServiceUnavailable):
        DatabasePoints(tmp_path / "mlflow.db").holds("0" * 32)
    assert list(tmp_path.iterdir()) == []


def test_a_write_waits_for_another_one(
    shared_mlflow: SharedMlflow, client: MlflowClient, server: TrackingServer
) -> None:
    run_id, writer = new_run(server), database(shared_mlflow)
    with closing(sqlite3.connect(shared_mlflow.database, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=writer.write, args=[run_id, [Point("loss", 1.0, 1, 1)]])
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        other.rollback()
        thread.join(90)
    assert client.get_run(run_id).data.metrics == {"loss": 1.0}


def test_a_database_that_stays_locked_is_a_failure_with_a_name_and_nothing_is_written(
    shared_mlflow: SharedMlflow, client: MlflowClient, server: TrackingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points_writers, "_LOCK_SECONDS", 0.1)
    run_id, writer = new_run(server), database(shared_mlflow)
    with closing(sqlite3.connect(shared_mlflow.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ServiceUnavailable, match=MESSAGE_OF_SQLITE):
            writer.write(run_id, [Point("loss", 1.0, 1, 1)])
    assert client.get_run(run_id).data.metrics == {}
