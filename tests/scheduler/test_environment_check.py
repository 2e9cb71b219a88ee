"""A training's environment is checked before it is queued."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.environments.environments_file import read_environments
from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.environments.form import environment_trainer
from domain.trainings.fields import Value
from domain.trainings.maze.form import maze_trainer
from environments.known import KnownEnvironments
from scheduler.queue import environment_check
from scheduler.queue.environment_check import EnvironmentCheck
from services.trainings.scheduler_client import WRITE_SECONDS


@pytest.fixture(scope="module")
def check() -> Iterator[EnvironmentCheck]:
    known = KnownEnvironments()
    yield EnvironmentCheck(known)
    known.close()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"algorithm": "PPO", "env_id": "Nowhere-v0"}, "env_id", "No installed package registers it"),
        ({"algorithm": "SAC", "env_id": "Taxi-v4"}, "algorithm", "Taxi-v4 has discrete ones: use PPO or DQN"),
        ({"algorithm": "PPO", "env_id": "Blackjack-v1"}, "env_id", "space of the kind tuple"),
        ({"algorithm": "PPO", "env_id": "Taxi-v4", "use_sde": True}, "use_sde", "is for continuous actions"),
        ({"algorithm": "PPO", "env_id": "ALE/Pong-v5", "normalize": True}, "normalize", "is for numeric observations"),
        (
            {"algorithm": "DQN", "env_id": "ALE/Pong-v5", "buffer_size": 1_000_000},
            "buffer_size",
            "would take 187.8 GiB",
        ),
    ],
)
def test_a_missing_or_unsuitable_environment_is_refused(
    check: EnvironmentCheck, values: dict[str, Value], field: str, message: str
) -> None:
    with pytest.raises(TrainingRefused) as caught:
        check.check(environment_trainer(), values)
    assert message in str(caught.value.fields[field])


def test_suitable_environments_pass_the_check(check: EnvironmentCheck) -> None:
    check.check(environment_trainer(), {"algorithm": "PPO", "env_id": "Taxi-v4"})
    check.check(environment_trainer(), {"algorithm": "DQN", "env_id": "MiniGrid-Empty-5x5-v0"})
    check.check(maze_trainer(), {"algorithm": "PPO"})
    EnvironmentCheck(None).check(environment_trainer(), {"algorithm": "PPO", "env_id": "Nowhere-v0"})


def test_an_environment_that_takes_too_long_is_left_to_its_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dashboard waits for the start of a training."""
    assert environment_check.MAX_SECONDS < WRITE_SECONDS / 2, "a run is created in MLflow afterwards"
    monkeypatch.setattr(environment_check, "MAX_SECONDS", 5.0)
    packages = Path(__file__).parents[1] / "environments" / "packages"
    file = read_environments(f"""
        paths = ["{packages}"]
        [[environments]]
        id = "Slow-v0"
        entry_point = "slow_environments:SlowCartPole"
        kwargs = {{ slow = "make", seconds = 1000 }}
        make_seconds = 300
    """)
    began = time.monotonic()
    with closing(KnownEnvironments(file)) as known:
        EnvironmentCheck(known).check(environment_trainer(), {"algorithm": "PPO", "env_id": "Slow-v0"})
    assert time.monotonic() - began < 90
