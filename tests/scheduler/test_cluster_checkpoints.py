"""A node goes on from what an earlier one stored in MLflow; with a real MLflow."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import requests

from domain.errors import ServiceUnavailable
from domain.trainings.request_form import REQUEST_FILE
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import RunWrites
from scheduler.backends.backend import Launch, ResourceRequest
from scheduler.backends.checkpoints import Checkpoint, Checkpoints
from scheduler.ray_jobs.entrypoint import entrypoint_of
from settings.settings import Settings


@pytest.fixture
def runs(mlflow_address: str) -> RunWrites:
    return runs_of(mlflow_address)


def runs_of(address: str) -> RunWrites:
    return RunWrites(MlflowApi.from_settings(Settings(_env_file=None, mlflow_tracking_uri=address)))  # type: ignore[call-arg]


def new_run(runs: RunWrites) -> str:
    return runs.create(runs.experiment("cluster"), "r", start_ms=1, tags={}).run_id


def put(address: str, run_id: str, path: str, content: bytes = b"{}") -> None:
    known = requests.get(f"{address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10).json()
    place = known["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    url = f"{address}/api/2.0/mlflow-artifacts/artifacts/{place}/{path}"
    requests.put(url, data=content, timeout=10).raise_for_status()


def test_the_newest_complete_checkpoint_is_found_and_a_child_adopts_its_parents(
    runs: RunWrites, mlflow_address: str, tmp_path: Path
) -> None:
    kept, parent, child = Checkpoints(runs, tmp_path), new_run(runs), new_run(runs)
    (tmp_path / parent).mkdir()
    assert not kept.has(parent)
    assert not kept.adopt(child, parent)
    for path in ("2/state.json", "10/state.json", "11/policy.zip", "notes.txt"):
        put(mlflow_address, parent, f"checkpoints/{path}")
    assert kept.newest(parent) == Checkpoint(run_id=parent, number=10)
    assert kept.has(parent)
    assert not kept.has(child)
    assert kept.adopt(child, parent)
    assert kept.newest(child) == Checkpoint(run_id=parent, number=10)
    put(mlflow_address, child, "checkpoints/11/state.json")
    assert kept.adopt(child, parent)
    assert kept.newest(child) == Checkpoint(run_id=child, number=11)
    assert kept.newest("nobody") is None


def test_the_noted_checkpoint_is_known_while_mlflow_is_down(tmp_path: Path) -> None:
    away = Checkpoints(runs_of("http://127.0.0.1:9"), tmp_path)
    (tmp_path / "child").mkdir()
    assert not away.has("child")
    (tmp_path / "child" / "checkpoint.json").write_text('{"run_id": "parent", "number": 3}')
    assert away.has("child")
    with pytest.raises(ServiceUnavailable):
        away.newest("child")


def test_a_node_fetches_the_checkpoint_before_the_program_starts(
    runs: RunWrites, mlflow_address: str, tmp_path: Path
) -> None:
    parent = new_run(runs)
    for name, content in (("state.json", b'{"steps": 7}'), ("policy.zip", b"zip")):
        put(mlflow_address, parent, f"checkpoints/10/{name}", content)
    # The fetching runs under the program's own Python; it starts a script that prints what it finds.
    show = "import json, os, sys; request = json.load(open(sys.argv[1])); print(json.dumps([request, sorted(os.listdir(request['checkpoint']))]))"
    command = [sys.executable, "-c", show, REQUEST_FILE]
    launch = Launch("child", 2, command, {}, ResourceRequest(), values={"note": "it's %s $HOME"})
    entrypoint = entrypoint_of(launch, {}, Checkpoint(run_id=parent, number=10))
    environment = {**os.environ, "TMPDIR": str(tmp_path), "MLFLOW_TRACKING_URI": mlflow_address}
    done = subprocess.run(entrypoint.line, shell=True, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    request, files = orjson.loads(done.stdout.splitlines()[-1])
    assert request["values"] == {"note": "it's %s $HOME"}
    assert request["checkpoint"].endswith("/checkpoint/10")
    assert files == ["policy.zip", "state.json"]
