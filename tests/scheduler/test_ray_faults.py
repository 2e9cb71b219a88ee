"""Faults of the cluster while jobs wait, train and are being stopped: each gets its true end, none runs twice."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scheduler.conftest import Start
from tests.scheduler.fake_ray import FakeRay
from tests.scheduler.service import OVER, Service

_LONG_SECONDS = 30.0
PROGRAM = """
import os, pathlib, sys, time
with open(os.path.join(os.path.dirname(__file__), "began-" + sys.argv[2]), "a") as file:
    file.write("began\\n")
try:
    print("began", flush=True)
    time.sleep(float(sys.argv[1]))
except KeyboardInterrupt:
    time.sleep(2)
    print("exported", flush=True)
    sys.exit(130)
"""
TRAINERS = """
[[trainers]]
name = "napper"
command = ["python", "napper.py", "{seconds}", "{word}"]
fields = [{kind = "float", name = "seconds", default = 0.0}, {kind = "text", name = "word", default = "nothing"}]
"""


class Scenario(NamedTuple):
    """Holds a scheduler whose cluster has room for two, and three trainings."""

    service: Service
    ray: FakeRay
    programs: Path
    training: str
    stopping: str
    queued: str


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRay]:
    with FakeRay(tmp_path_factory.mktemp("ray"), cpus=2) as server:
        yield server


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "napper.py").write_text(PROGRAM)
    (folder / "trainings.toml").write_text(TRAINERS)
    return folder


@pytest.fixture(scope="module")
def service(start: Start, cluster: FakeRay, programs: Path) -> Service:
    return start(RAY_JOBS_URL=cluster.address, TRAININGS_FILE=str(programs / "trainings.toml"))


@pytest.fixture
def scenario(service: Service, cluster: FakeRay, programs: Path) -> Scenario:
    cluster.forget_all()
    for one in programs.glob("began-*"):
        one.unlink()
    training = service.start(trainer="napper", seconds=40, word="training")
    stopping = service.start(trainer="napper", seconds=120, word="stopping")
    for word in ("training", "stopping"):
        service.wait_for(lambda _health, word=word: (programs / f"began-{word}").exists())  # type: ignore[misc]
    for run_id in (training, stopping):
        service.until(run_id, "training")
    queued = service.start(trainer="napper", word="queued")
    service.wait_for(lambda _health: code_of(service, queued) == "queued-by-cluster")
    service.post("stop", run_id=stopping)
    return Scenario(service, cluster, programs, training, stopping, queued)


def code_of(service: Service, run_id: str) -> str:
    return str((service.training(run_id)["reason"] or {}).get("code"))


def cluster_loses_all_jobs(scenario: Scenario) -> None:
    scenario.ray.instead = lambda method, path: (0, b"")
    scenario.ray.forget_all()
    scenario.service.wait_for(lambda _health: code_of(scenario.service, scenario.queued) == "backend-away")
    scenario.ray.instead = lambda method, path: None


def cluster_loses_all_jobs_while_the_scheduler_is_down(scenario: Scenario) -> None:
    scenario.service.kill()
    scenario.ray.forget_all()
    scenario.service.run()


def cluster_down_at_scheduler_start(scenario: Scenario) -> None:
    scenario.ray.instead = lambda method, path: (0, b"")
    scenario.service.kill()
    scenario.service.run()
    scenario.service.wait_for(lambda _health: code_of(scenario.service, scenario.training) == "backend-away")
    scenario.ray.instead = lambda method, path: None


def cluster_frozen(scenario: Scenario) -> None:
    scenario.ray.frozen.set()
    time.sleep(_LONG_SECONDS)
    assert code_of(scenario.service, scenario.training) == "backend-away"
    scenario.ray.frozen.clear()


def cluster_sends_invalid_responses(scenario: Scenario) -> None:
    for answer in ((200, b"<html>It works!</html>"), (500, b"boom"), (200, b"[]"), (404, b"no"), (302, b"")):
        scenario.ray.instead = lambda method, path, answer=answer: answer  # type: ignore[misc]
        time.sleep(_LONG_SECONDS / 6)
        scenario.ray.instead = lambda method, path, answer=answer: None if path == "/api/version" else answer  # type: ignore[misc]
        time.sleep(_LONG_SECONDS / 6)
    scenario.ray.instead = lambda method, path: None


def cluster_slow(scenario: Scenario) -> None:
    scenario.ray.instead = lambda method, path: time.sleep(3)
    time.sleep(_LONG_SECONDS)
    scenario.ray.instead = lambda method, path: None


LONG = (
    cluster_loses_all_jobs_while_the_scheduler_is_down,
    cluster_down_at_scheduler_start,
    cluster_frozen,
    cluster_sends_invalid_responses,
    cluster_slow,
)
LOSE_JOBS = (cluster_loses_all_jobs, cluster_loses_all_jobs_while_the_scheduler_is_down)


@pytest.mark.parametrize(
    "fault",
    [cluster_loses_all_jobs, *(pytest.param(one, marks=pytest.mark.thorough) for one in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_each_training_survives_a_cluster_fault_or_ends_with_its_true_state(
    scenario: Scenario, fault: Callable[[Scenario], None]
) -> None:
    fault(scenario)
    training = "failed" if fault in LOSE_JOBS else "done"
    for run_id, state in ((scenario.training, training), (scenario.stopping, "killed"), (scenario.queued, "done")):
        assert scenario.service.until(run_id, *OVER, seconds=150)["state"] == state
        # Where nothing knows any more that it was submitted, the queued one, which never ran, is submitted once more.
        is_lost_unseen = run_id == scenario.queued and fault is cluster_loses_all_jobs_while_the_scheduler_is_down
        assert scenario.service.training(run_id)["attempt"] == (2 if is_lost_unseen else 1)
    began = {one.name: one.read_text().count("began") for one in scenario.programs.glob("began-*")}
    assert began == {"began-training": 1, "began-stopping": 1, "began-queued": 1}
    if training == "failed":
        assert code_of(scenario.service, scenario.training) == "lost"
