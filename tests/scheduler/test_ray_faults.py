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


class Story(NamedTuple):
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
def story(service: Service, cluster: FakeRay, programs: Path) -> Story:
    cluster.forget_all()
    for one in programs.glob("began-*"):
        one.unlink()
    training = service.start(trainer="napper", seconds=6, word="training")
    stopping = service.start(trainer="napper", seconds=120, word="stopping")
    for word in ("training", "stopping"):
        service.wait_for(lambda _health, word=word: (programs / f"began-{word}").exists())  # type: ignore[misc]
    for run_id in (training, stopping):
        service.until(run_id, "training")
    queued = service.start(trainer="napper", word="queued")
    service.wait_for(lambda _health: code_of(service, queued) == "queued-by-cluster")
    service.post("stop", run_id=stopping)
    return Story(service, cluster, programs, training, stopping, queued)


def code_of(service: Service, run_id: str) -> str:
    return str((service.training(run_id)["reason"] or {}).get("code"))


def died_and_remembers_nothing(story: Story) -> None:
    story.ray.instead = lambda method, path: (0, b"")
    story.ray.forget_all()
    story.service.wait_for(lambda _health: code_of(story.service, story.queued) == "backend-away")
    story.ray.instead = lambda method, path: None


def died_while_the_scheduler_was_away(story: Story) -> None:
    story.service.kill()
    story.ray.forget_all()
    story.service.run()


def down_as_the_scheduler_starts(story: Story) -> None:
    story.ray.instead = lambda method, path: (0, b"")
    story.service.kill()
    story.service.run()
    story.service.wait_for(lambda _health: code_of(story.service, story.training) == "backend-away")
    story.ray.instead = lambda method, path: None


def stands_still(story: Story) -> None:
    story.ray.frozen.set()
    time.sleep(_LONG_SECONDS)
    assert code_of(story.service, story.training) == "backend-away"
    story.ray.frozen.clear()


def answers_nonsense(story: Story) -> None:
    for answer in ((200, b"<html>It works!</html>"), (500, b"boom"), (200, b"[]"), (404, b"no"), (302, b"")):
        story.ray.instead = lambda method, path, answer=answer: answer  # type: ignore[misc]
        time.sleep(_LONG_SECONDS / 6)
        story.ray.instead = lambda method, path, answer=answer: None if path == "/api/version" else answer  # type: ignore[misc]
        time.sleep(_LONG_SECONDS / 6)
    story.ray.instead = lambda method, path: None


def is_slow(story: Story) -> None:
    story.ray.instead = lambda method, path: time.sleep(3)
    time.sleep(_LONG_SECONDS)
    story.ray.instead = lambda method, path: None


LONG = (died_while_the_scheduler_was_away, down_as_the_scheduler_starts, stands_still, answers_nonsense, is_slow)
FORGETS = (died_and_remembers_nothing, died_while_the_scheduler_was_away)


@pytest.mark.parametrize(
    "fault",
    [died_and_remembers_nothing, *(pytest.param(one, marks=pytest.mark.thorough) for one in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_each_training_survives_a_cluster_fault_or_ends_with_its_true_state(
    story: Story, fault: Callable[[Story], None]
) -> None:
    fault(story)
    training = "failed" if fault in FORGETS else "done"
    queued = "failed" if fault is died_while_the_scheduler_was_away else "done"
    for run_id, state in ((story.training, training), (story.stopping, "killed"), (story.queued, queued)):
        assert story.service.until(run_id, *OVER, seconds=60)["state"] == state
        assert story.service.training(run_id)["attempt"] == 1
    began = {one.name: one.read_text().count("began") for one in story.programs.glob("began-*")}
    assert began == {"began-training": 1, "began-stopping": 1} | ({"began-queued": 1} if queued == "done" else {})
    if training == "failed":
        assert code_of(story.service, story.training) == "lost"
