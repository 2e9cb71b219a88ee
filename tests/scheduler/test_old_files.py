"""Files of trainings are deleted when they take too much space: the oldest first, and nothing that is still needed."""

import json
import os
import shutil
import threading
import time
from pathlib import Path

from domain.trainings.request_form import REQUEST_FILE
from scheduler.backends.backend import Exited, GpuCapacity, Launch, ResourceRequest
from scheduler.backends.checkpoints import Checkpoints
from scheduler.local.local_backend import LocalBackend
from scheduler.local.run_folder import RunFolder
from scheduler.local.run_folders import RunFolders
from scheduler.settings import SchedulerSettings
from tests.misbehaving import eventually
from tests.scheduler.conftest import Start
from tests.scheduler.service import Service
from tests.scheduler.test_cluster_checkpoints import new_run, put, runs_of

KNOWN = {"running": True, "oldest": False, "waits": True, "newer": False, "newest": False, "forgotten": None}


def folder(runs: Path, name: str, age_hours: float, size: int = 1_000_000) -> Path:
    (runs / name / "checkpoint" / "1").mkdir(parents=True)
    for file in ("log.txt", "checkpoint/1/state.json"):
        path = runs / name / file
        path.write_bytes(b"x" * (size // 2))
        os.utime(path, (time.time() - age_hours * 3600,) * 2)
    return runs / name


def test_the_oldest_folders_are_removed_unless_needed_locked_or_new(tmp_path: Path) -> None:
    for age, name in enumerate(reversed([*KNOWN, "locked"]), start=2):
        folder(tmp_path, name, age)
    folder(tmp_path, "being-made", 0.1)
    (tmp_path / ".leaving-half").mkdir()
    with RunFolder(tmp_path / "locked").locked():
        removed = RunFolders(tmp_path, 5_100_000).sweep({**KNOWN, "locked": False}.get, threading.Lock())
    assert removed == ["oldest", "newer", "newest"]
    assert {one.name for one in tmp_path.iterdir()} == {"running", "waits", "forgotten", "locked", "being-made"}
    assert RunFolders(tmp_path, 5_100_000).sweep(KNOWN.get, threading.Lock()) == []
    assert RunFolders(tmp_path, 1).sweep(KNOWN.get, threading.Lock()) == ["forgotten"]  # its lock is new
    assert RunFolders(tmp_path / "none", 1).sweep(KNOWN.get, threading.Lock()) == []


def test_a_checkpoint_shared_by_two_trainings_is_counted_once(tmp_path: Path) -> None:
    parent, child = folder(tmp_path, "parent", 3), tmp_path / "child"
    assert RunFolder(child).take_checkpoint_of(RunFolder(parent))
    assert RunFolders(tmp_path, 1_050_000).sweep(lambda _run: False, threading.Lock()) == []
    assert RunFolders(tmp_path, 600_000).sweep(lambda _run: False, threading.Lock()) == ["parent"]
    assert (child / "checkpoint" / "1" / "state.json").stat().st_size == 500_000


def until_checkpointed(service: Service, run_id: str) -> None:
    """Waits for the first checkpoint, after ten episodes."""
    eventually(lambda: any((service.runs / run_id).glob("checkpoint/[0-9]*")))


def test_a_training_whose_files_were_deleted_cannot_be_continued(start: Start) -> None:
    service = start()
    run_id = service.start(trainer="teller", episodes=5000)
    until_checkpointed(service, run_id)
    service.post("stop", run_id=run_id)
    assert "continue" in service.until(run_id, "killed")["actions"]
    shutil.rmtree(service.runs / run_id)
    service.kill()
    service.run()
    deadline = time.monotonic() + 90
    # Ended trainings are read last: until then they are unknown.
    while not (remark := service.call("GET", f"/api/training/runs/{run_id}")[1].get("remark")):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert remark["code"] == "files-removed"
    refused = service.post("continue", 409, run_id=run_id)
    assert refused["error"].startswith("The training cannot continue: its files were deleted")
    assert "its files were deleted" in service.post("fork", 409, run_id=run_id, episodes=9000)["error"]


def test_a_training_whose_checkpoint_vanished_fails_instead_of_starting_over(single_slot_service: Service) -> None:
    run_id = single_slot_service.start(trainer="teller", episodes=5000)
    until_checkpointed(single_slot_service, run_id)
    single_slot_service.post("stop", run_id=run_id)
    single_slot_service.until(run_id, "killed")
    before = single_slot_service.start(trainer="sleeper", seconds=60)
    single_slot_service.until(before, "training")
    single_slot_service.post("continue", run_id=run_id)
    shutil.rmtree(single_slot_service.runs / run_id / "checkpoint")
    single_slot_service.post("stop", run_id=before)
    failed = single_slot_service.until(run_id, "failed", "training")
    assert (failed["state"], failed["reason"]["code"]) == ("failed", "not-launched")
    assert "no-checkpoint" in str(failed["reason"])
    assert "not-continuable" in single_slot_service.post("continue", 409, run_id=run_id)["code"]


def test_the_checkpoint_in_mlflow_replaces_a_deleted_folder(mlflow_address: str, tmp_path: Path) -> None:
    settings, runs = SchedulerSettings(_env_file=None, state_dir=tmp_path), runs_of(mlflow_address)  # type: ignore[call-arg]
    backend = LocalBackend(settings, lambda _held: GpuCapacity(0), stored=Checkpoints(runs, settings.folder / "runs"))
    run_id, child = new_run(runs), new_run(runs)
    assert not backend.adopt_checkpoint(run_id, run_id)
    put(mlflow_address, run_id, "checkpoints/7/state.json")
    assert not backend.has_checkpoint(run_id)
    for one in (run_id, child):
        assert backend.adopt_checkpoint(one, run_id)
        assert backend.has_checkpoint(one)
        backend.launch(Launch(one, 2, ["/bin/cat", REQUEST_FILE], {}, ResourceRequest(), values={"episodes": 9}))
        while not isinstance(backend.poll(one, 2), Exited):
            time.sleep(0.05)
        state = json.loads("".join(backend.log_tail(one)))
        assert state == {"values": {"episodes": 9}, "checkpoint": None, "stored": {"run_id": run_id, "number": 7}}
