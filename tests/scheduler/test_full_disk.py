"""A full disk, a real small one: a training goes on or ends with the cause, and MLflow gets all its data."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.tracking import Tracking

ROOT = Path(__file__).parents[2]
APART = ["unshare", "--map-root-user", "--mount", "sh", "-c"]


def on_a_small_disk(folder: Path, code: str, *arguments: str) -> str:
    """Returns the output of a program whose `folder` is on a disk of a few MB."""
    mount = f"mount -t tmpfs -o size=3m tmpfs {folder}"
    if shutil.which("unshare") is None or subprocess.run([*APART, mount]).returncode:
        pytest.skip("this system lets nobody mount anything")
    command = [*APART, f'{mount} && exec "$@"', "sh", sys.executable, "-c", code, str(folder), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


FILLS_IT = """
import sys, time
from pathlib import Path
from scheduler.backends.backend import Exited, GpuCapacity, Launch, ResourceRequest
from scheduler.local.local_backend import LocalBackend
from scheduler.settings import SchedulerSettings
backend = LocalBackend(SchedulerSettings(_env_file=None, state_dir=Path(sys.argv[1])), lambda held: GpuCapacity(0))
fills = 'open("filler", "wb", buffering=0).write(bytes(4 * 2**20)); print("no more")'
command = [sys.executable, "-c", fills + "; " + 'open("more", "wb", buffering=0).write(bytes(2**20))']
backend.check_writable()
print(backend.room([], False).shortage)
backend.launch(Launch("a" * 32, 1, command, {}, ResourceRequest()))
while not isinstance(status := backend.poll("a" * 32, 1), Exited):
    time.sleep(0.05)
print(status.failure)
print(backend.room([], False).most, backend.room([], False).shortage)
"""


def test_a_program_that_fills_the_disk_fails_with_that_reason_and_none_starts(tmp_path: Path) -> None:
    first, failure, room = on_a_small_disk(tmp_path, FILLS_IT).splitlines()
    assert first == "None"
    assert failure.startswith("ended with exit code 1")
    assert failure.endswith("; the disk that holds its files is full")
    assert room == "0 waits, because its folder cannot be written: No space left on device"


TRAINS = """
import os, subprocess, sys
from pathlib import Path
import orjson
folder, uri, run_id = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
values = {"algorithm": "PPO", "maze_size": 5, "episodes": 30, "n_steps": 64, "batch_size": 64, "n_envs": 2}
(folder / "request.json").write_bytes(orjson.dumps({"values": values}))
with (folder / "log.txt").open("wb") as log, (folder / "filler").open("wb", buffering=0) as filler:
    while True:
        try:
            if filler.write(bytes(4096)) < 4096:
                break
        except OSError:
            break
    given = {"CLEW_RUN_FOLDER": str(folder), "MLFLOW_RUN_ID": run_id, "MLFLOW_TRACKING_URI": uri, "MODEL_NAME": "full"}
    command = [sys.executable, "-m", "training", "--request", str(folder / "request.json")]
    print(subprocess.run(command, env=os.environ | given, stdout=log, stderr=log).returncode)
print((folder / "log.txt").read_text())
"""


@pytest.mark.thorough
def test_a_training_continues_on_a_full_disk_and_mlflow_gets_every_point(tmp_path: Path, tracking: Tracking) -> None:
    pytest.importorskip("torch")
    run_id = tracking.run(tracking.experiment(), status="RUNNING")
    output = on_a_small_disk(tmp_path, TRAINS, tracking.address, run_id)
    assert output.splitlines()[0] == "0", output
    address = f"{tracking.address}/api/2.0/mlflow/metrics/get-history"
    history = requests.get(address, params={"run_id": run_id, "metric_key": "episode_reward"}, timeout=10).json()
    assert sorted(point["step"] for point in history["metrics"]) == list(range(1, 31))
    assert "Traceback" not in output
