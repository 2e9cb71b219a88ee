"""A scheduler with a cluster, as a process of its own on a real MLflow; the cluster is Ray's stand-in."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.scheduler.conftest import Start
from tests.scheduler.fake_ray import FakeRay
from tests.scheduler.service import OVER, Service
from tests.tracking import Tracking

PROGRAM = """
import sys, time
try:
    print("began with", sys.argv[2], flush=True)
    time.sleep(float(sys.argv[1]))
except KeyboardInterrupt:
    print("exported", flush=True)
    sys.exit(130)
"""
TRAINERS = f"""
[[trainers]]
name = "napper"
command = ["{sys.executable}", "napper.py", "{{seconds}}", "{{word}}"]
fields = [{{kind = "float", name = "seconds", default = 0.0}}, {{kind = "text", name = "word", default = "nothing"}}]
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRay]:
    with FakeRay(tmp_path_factory.mktemp("ray")) as server:
        yield server


@pytest.fixture
def ray(cluster: FakeRay) -> FakeRay:
    """Runs the cluster with room, and nothing running."""
    cluster.forget_all()
    cluster.cpus = 4
    cluster.submitted.clear()
    return cluster


@pytest.fixture(scope="module")
def service(start: Start, cluster: FakeRay, tmp_path_factory: pytest.TempPathFactory) -> Service:
    return start(RAY_JOBS_URL=cluster.address, TRAININGS_FILE=str(trainers_in(tmp_path_factory.mktemp("trainers"))))


def trainers_in(folder: Path) -> Path:
    (folder / "napper.py").write_text(PROGRAM)
    (folder / "trainings.toml").write_text(TRAINERS)
    return folder / "trainings.toml"


def test_a_job_that_waits_in_the_cluster_is_shown_as_queued_until_it_runs(
    ray: FakeRay, service: Service, tracking: Tracking
) -> None:
    ray.cpus = 0
    run_id = service.start(trainer="napper", seconds=10, word="it's $HOME")
    known = wait_until_waiting_in_cluster(service, run_id)
    assert "waiting for resources" in str(known["reason"])
    assert (known["started_ms"], known["actions"]) == (None, ["stop"])
    wait_for_status_in_mlflow(service, tracking, run_id, "SCHEDULED")
    there_is_room_ms = time.time_ns() // 10**6
    ray.cpus = 1
    service.until(run_id, "starting", "training")
    wait_for_status_in_mlflow(service, tracking, run_id, "RUNNING")
    known = service.until(run_id, *OVER)
    assert (known["state"], known["exit_code"]) == ("done", 0)
    assert known["started_ms"] >= there_is_room_ms
    wait_for_status_in_mlflow(service, tracking, run_id, "FINISHED")
    assert "began with it's $HOME" in service.get(f"/api/training/runs/{run_id}/log")["lines"]
    assert len(ray.submitted) == 1


def test_a_running_job_that_is_stopped_exports_first(ray: FakeRay, service: Service) -> None:
    run_id = service.start(trainer="napper", seconds=60)
    service.written(run_id, "began")
    service.post("stop", run_id=run_id)
    assert service.until(run_id, *OVER)["state"] == "killed"
    assert "exported" in service.training_log(run_id)


def test_a_waiting_job_that_was_stopped_never_runs(ray: FakeRay, service: Service) -> None:
    ray.cpus = 0
    run_id = service.start(trainer="napper", seconds=60)
    wait_until_waiting_in_cluster(service, run_id)
    service.post("stop", run_id=run_id)
    service.until(run_id, "stopping")
    ray.cpus = 1
    assert service.until(run_id, *OVER)["state"] == "killed"
    assert {job.status for job in ray.jobs.values()} == {"STOPPED"}


def test_at_most_eight_jobs_wait_in_the_cluster_and_the_others_in_the_queue(ray: FakeRay, service: Service) -> None:
    ray.cpus = 0
    runs = [service.start(trainer="napper", word=f"n{number}") for number in range(10)]
    deadline = time.monotonic() + 60

    def code(run_id: str) -> str | None:
        """Returns the reason's code; a training that is just being submitted has none."""
        return (service.training(run_id)["reason"] or {}).get("code")

    while (codes := [code(run) for run in runs]) != CODES:
        assert time.monotonic() < deadline, codes
        time.sleep(0.1)
    assert service.post("queue", run_id=runs[8], action="cancel")["state"] == "killed"
    ray.cpus = 4
    for run in (*runs[:8], runs[9]):
        assert service.until(run, *OVER)["state"] == "done"
    assert len(ray.submitted) == 9


CODES = ["queued-by-cluster"] * 8 + ["enough-wait-there", "waits-for-its-turn"]


def test_a_restarted_scheduler_finds_running_and_lost_trainings(ray: FakeRay, service: Service) -> None:
    continued, lost = (service.start(trainer="napper", seconds=seconds) for seconds in (10, 300))
    for run_id in (continued, lost):
        service.until(run_id, "training")
    service.kill()
    job = ray.jobs.pop(f"{lost}-1")
    job.kill()
    service.run()
    known = service.until(lost, *OVER)
    assert (known["state"], known["reason"]["code"]) == ("failed", "lost")
    assert service.until(continued, *OVER)["state"] == "done"
    assert len(ray.submitted) == 2


def test_an_unresponsive_cluster_is_named_and_starts_jobs_once_it_responds(ray: FakeRay, service: Service) -> None:
    running = service.start(trainer="napper", seconds=10)
    service.until(running, "training")
    ray.frozen.set()
    run_id = service.start(trainer="napper")
    for one in (run_id, running):
        deadline = time.monotonic() + 90
        while (reason := service.training(one)["reason"] or {}).get("code") != "backend-away":
            assert time.monotonic() < deadline, reason
            time.sleep(0.1)
    assert "Ray" in str(reason)
    ray.frozen.clear()
    for one in (run_id, running):
        assert service.until(one, *OVER)["state"] == "done"
    assert len(ray.submitted) == 2


def wait_until_waiting_in_cluster(service: Service, run_id: str) -> dict[str, object]:
    deadline = time.monotonic() + 60
    while "waiting for" not in str((known := service.until(run_id, "queued"))["reason"]):
        assert time.monotonic() < deadline, known
        time.sleep(0.05)
    return known


def wait_for_status_in_mlflow(service: Service, tracking: Tracking, run_id: str, status: str) -> None:
    def has_status(_health: object) -> bool:
        answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10)
        return bool(answer.json()["run"]["info"]["status"] == status)

    service.wait_for(has_status)
