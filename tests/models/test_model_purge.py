"""The purge: two runs an hour apart, nothing before its time, and a restored model is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict
from domain.registry.models import DELETED_TAG, PURGING_TAG
from services.registry import purge as model_purge
from services.registry.purge import ModelPurge
from tests.models.backends import MlflowBackend
from tests.tracking import Tracking

NOW = datetime.now(UTC)
RETENTION = timedelta(days=30)


def run(mlflow: MlflowBackend, *, hours: float = 0, days: float = 0) -> tuple[list[str], list[str], list[str]]:
    """Returns what a run would mark, remove and spare that much later."""
    now = NOW + timedelta(hours=hours, days=days)
    return tuple(ModelPurge(mlflow.registry, RETENTION, now=lambda: now).run())  # type: ignore[return-value]


def deleted(mlflow: MlflowBackend, days_ago: float) -> str:
    version = mlflow.add()
    mlflow.model.tag(version, DELETED_TAG, (NOW - timedelta(days=days_ago)).isoformat())
    return version


def test_a_version_is_removed_by_two_purges_an_hour_apart(mlflow: MlflowBackend) -> None:
    mlflow.store.activate(mlflow.add())
    old, young, kept = deleted(mlflow, 31), deleted(mlflow, 29), mlflow.add()
    assert run(mlflow) == ([old], [], [])
    assert run(mlflow, hours=0.9) == ([], [], [])
    for write in (mlflow.store.restore, mlflow.store.activate):
        with pytest.raises(Conflict, match="removed for good"):
            write(old)
    assert run(mlflow, hours=1.1) == ([], [old], [])
    assert run(mlflow, hours=2.2) == ([], [], [])
    left = {version.version for version in mlflow.registry.versions()[0]}
    assert {young, kept} < left
    assert old not in left
    assert run(mlflow, days=2) == ([young], [], [])


@pytest.mark.parametrize("moment", ["", "yes", "2999-01-01T00:00:00+00:00"])
def test_a_deletion_without_a_valid_time_is_never_due(mlflow: MlflowBackend, moment: str) -> None:
    mlflow.model.tag(mlflow.add(), DELETED_TAG, moment)
    assert run(mlflow, days=400) == ([], [], [])


def test_a_time_without_a_zone_is_utc(mlflow: MlflowBackend) -> None:
    version = mlflow.add()
    mlflow.model.tag(version, DELETED_TAG, (NOW - timedelta(days=31)).replace(tzinfo=None).isoformat())
    assert run(mlflow) == ([version], [], [])


def test_an_active_model_is_spared_and_so_is_one_that_was_active_lately(mlflow: MlflowBackend) -> None:
    """Deleted long ago, but activated nevertheless: it counts as deleted from when another replaced it."""
    version, other = mlflow.add(), mlflow.add()
    mlflow.store.activate(version)
    mlflow.model.tag(version, DELETED_TAG, (NOW - timedelta(days=100)).isoformat())
    assert run(mlflow) == ([], [], [])
    mlflow.store.activate(other)
    assert run(mlflow, days=29) == ([], [], [])
    assert run(mlflow, days=31) == ([version], [], [])


@pytest.mark.parametrize("mark", ["2020-01-01T00:00:00+00:00", "nonsense"])
def test_a_mark_on_a_version_that_is_not_deleted_is_removed(mlflow: MlflowBackend, mark: str) -> None:
    version = mlflow.add()
    mlflow.model.tag(version, PURGING_TAG, mark)
    assert run(mlflow) == ([], [], [version])
    assert PURGING_TAG not in mlflow.registry.version(version).tags


def test_a_mark_without_a_time_is_set_again(mlflow: MlflowBackend) -> None:
    version = deleted(mlflow, 31)
    mlflow.model.tag(version, PURGING_TAG, "nonsense")
    assert run(mlflow) == ([], [], [version])
    assert run(mlflow, hours=1) == ([version], [], [])
    assert run(mlflow, hours=3) == ([], [version], [])


@pytest.fixture
def environment(mlflow: MlflowBackend, tracking: Tracking, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Sets the command's settings."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.address)
    monkeypatch.setenv("MODEL_NAME", mlflow.model.name)
    return monkeypatch


def test_the_command_prints_what_it_did(
    mlflow: MlflowBackend, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    version = deleted(mlflow, 3)
    assert model_purge.main() == 0
    assert capsys.readouterr().out == "marked for removal: none; removed for good: none; spared: none\n"
    environment.setenv("MODEL_RETENTION_DAYS", "2")
    assert model_purge.main() == 0
    assert f"marked for removal: {version};" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "status", "message"),
    [
        ("READ_ONLY", "true", 1, "read-only"),
        ("MODEL_SERVER_URL", "http://models:8080", 1, "MODEL_SERVER_URL"),
        ("MODEL_RETENTION_DAYS", "0", 2, "MODEL_RETENTION_DAYS"),
        ("MLFLOW_TRACKING_URI", "http://127.0.0.1:1", 1, "refused the connection"),
    ],
)
def test_the_command_states_why_it_does_nothing(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    status: int,
    message: str,
) -> None:
    environment.setenv(name, value)
    assert model_purge.main() == status
    assert message in capsys.readouterr().err
