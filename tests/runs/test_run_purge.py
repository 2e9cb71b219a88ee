"""The purge of runs, on a real MLflow and by its own gc: two runs an hour apart, and nothing that is still needed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from domain.errors import NotFound
from domain.errors.run_changes.records import DatabaseNotNamed, NotRemoved, RunBeingPurged
from mlflow_api.client import MlflowApi
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import RunTrashCalls
from services.run_changes import purge as run_purge
from services.run_changes.deletion import RunDeletion
from services.run_changes.mlflow_gc import MlflowGc
from services.run_changes.purge import PurgeResult, RunPurge
from settings.settings import Settings
from tests.conftest import SharedMlflow
from tests.tracking import Tracking
from transport.http_client import JsonService

NOW = datetime.now(UTC)


class Purging:
    """Holds the purge of one MLflow, at any moment."""

    def __init__(self, mlflow: SharedMlflow) -> None:
        api = MlflowApi(JsonService("MLflow", mlflow.address))
        self.runs, self.marks = RunTrashCalls(api), PurgeMarks(api)
        self.deletion = RunDeletion(self.runs, self.marks)
        self._database, self._address = f"sqlite:///{mlflow.database}", mlflow.address

    def go(self, hours: float, retention: timedelta = timedelta(0)) -> PurgeResult:
        """Runs it; `retention` is what MLflow itself uses, whose deletions are all of now."""
        remove = MlflowGc(self._database, self._address, retention).remove
        return RunPurge(self.runs, self.marks, remove, timedelta(days=30), lambda: NOW + timedelta(hours=hours)).run()


@pytest.fixture
def purging(shared_mlflow: SharedMlflow) -> Purging:
    return Purging(shared_mlflow)


def deleted(tracking: Tracking, experiment: str, days_ago: float, name: str) -> str:
    """Returns a run that Clew put in the trash then."""
    at = (NOW - timedelta(days=days_ago)).isoformat()
    tags = {"clew.change.20260101T000000000000-abcdef": json.dumps({"at": at, "parts": [{"what": "deleted"}]})}
    run_id = tracking.run(experiment, name=name, tags=tags)
    tracking.artifact(run_id, "a.bin", b"bytes")
    tracking.delete(run_id)
    return run_id


def test_a_run_is_removed_by_two_purges_an_hour_apart_unless_it_is_needed(
    purging: Purging, tracking: Tracking, shared_mlflow: SharedMlflow
) -> None:
    experiment = tracking.experiment()
    old, back = (deleted(tracking, experiment, 31, name) for name in ("old", "back"))
    young = deleted(tracking, experiment, 29, "young")
    by_others = tracking.run(experiment, name="by others")
    tracking.delete(by_others)
    version = tracking.model("needs-its-run", experiment_id=experiment)
    needed = str(_version(tracking, "needs-its-run", version)["run_id"])
    purging.deletion.delete(needed, None)
    assert set(purging.go(0).marked) >= {old, back}
    assert old not in purging.go(0.9).removed
    with pytest.raises(RunBeingPurged):
        purging.deletion.restore(old, None)
    tracking.post("runs/restore", {"run_id": back})  # through MLflow's own page
    removed = purging.go(1.1).removed
    assert (old in removed, back in removed) == (True, False)
    with pytest.raises(NotFound):
        purging.runs.get(old)
    assert not list((shared_mlflow.database.parent / "artifacts" / experiment / old).rglob("*.bin"))
    assert not {old, back} & set(purging.marks.all())
    marked = purging.go(24 * 40).marked
    assert [run_id for run_id in (young, by_others, needed) if run_id in marked] == [young]
    assert young in purging.go(0).spared, "a mark on what is not due"
    assert not purging.runs.get(back).is_deleted


def test_the_purge_restores_the_deleted_run_of_an_active_model(purging: Purging, tracking: Tracking) -> None:
    """As after a crash: the alias moved while the run was being deleted."""
    version = tracking.model("left-over")
    run_id = str(_version(tracking, "left-over", version)["run_id"])
    tracking.delete(run_id)
    tracking.post("registered-models/alias", {"name": "left-over", "alias": "active", "version": version})
    assert purging.go(0).kept == [run_id]
    assert not purging.runs.get(run_id).is_deleted


def test_runs_of_deleted_experiments_and_runs_deleted_recently_in_mlflow_are_kept(
    purging: Purging, tracking: Tracking, shared_mlflow: SharedMlflow
) -> None:
    """MLflow's command would remove all deleted experiments with the runs; a half deletion has an old time."""
    thrown_away = tracking.experiment()
    within = tracking.run(thrown_away, name="within")
    tracking.post("experiments/delete", {"experiment_id": thrown_away})
    experiment = tracking.experiment()
    old = deleted(tracking, experiment, 31, "old by its tag alone")
    purging.go(0)
    assert old in purging.go(1.1, retention=timedelta(days=30)).spared
    assert purging.runs.get(old).is_deleted
    purging.deletion.restore(old, None)
    gc = MlflowGc(f"sqlite:///{shared_mlflow.database}", shared_mlflow.address, timedelta(0))
    tracking.delete(gone := tracking.run(experiment, name="gone"))
    assert list(gc.remove([old, gone])) == [old], "what is in no trash is refused, and holds up nothing else"
    with pytest.raises(NotFound):
        purging.runs.get(gone)
    tracking.post("experiments/restore", {"experiment_id": thrown_away})
    assert purging.runs.get(within).experiment_id == thrown_away
    with pytest.raises(NotRemoved):
        MlflowGc("nonsense://no.database", shared_mlflow.address, timedelta(0)).remove([old])


def test_a_purge_without_a_database_is_reported() -> None:
    settings = Settings(_env_file=None, mlflow_tracking_uri="http://127.0.0.1:1")  # type: ignore[call-arg,arg-type]
    with pytest.raises(DatabaseNotNamed):
        run_purge.purge(settings)


def _version(tracking: Tracking, name: str, version: str) -> dict[str, object]:
    params = {"name": name, "version": version}
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/model-versions/get", params=params, timeout=20)
    found: dict[str, object] = answer.json()["model_version"]
    return found
