"""The real engine, a real Clew on a real MLflow, and models in its registry."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from app import create_app
from domain.inference.evaluation import Policy
from inference.settings import InferenceSettings
from services.connect import connect
from settings.settings import Settings
from tests.inference.engine import Engine, Viewer, listening
from tests.registry import Registry
from tests.tracking import Tracking
from tests.undeclared import undeclared_failures

Start = Callable[..., Engine]
SAMPLES = Path(__file__).parents[2] / "training" / "sample_data" / "models"
# Those of the sample data that reach the goal from the upper-left corner, one of each kind.
PPO = SAMPLES / "sample-maze-10x10-ppo" / "ppo-default-seed1" / "policy.onnx"
DQN = SAMPLES / "sample-maze-5x5-dqn" / "dqn-default-seed1" / "policy.onnx"
SMALL = "ClewMaze-5x5-v0"


@pytest.fixture
def load_policy() -> Callable[[Path], Policy]:
    """Returns the function by which a training loads its policy; its imports take seconds in each process."""
    pytest.importorskip("torch")
    from training.models.export import load_policy

    return load_policy


class Team:
    """Holds the team's models, and which one is active."""

    def __init__(self, tracking: Tracking) -> None:
        self.registry = Registry(tracking, f"inference-{uuid.uuid4().hex[:10]}")
        self.ppo = self.registry.version(PPO.read_bytes(), algorithm="PPO")
        self.dqn = self.registry.version(DQN.read_bytes(), algorithm="DQN", env_id=SMALL)

    def activate(self, model_id: str) -> None:
        """Moves the alias, as another Clew would."""
        body = {"name": self.registry.name, "alias": "active", "version": model_id}
        self.registry.tracking.post("registered-models/alias", body)

    def deactivate(self) -> None:
        """Removes the alias, which only MLflow itself can do."""
        address = f"{self.registry.tracking.address}/api/2.0/mlflow/registered-models/alias"
        query = {"name": self.registry.name, "alias": "active"}
        requests.delete(address, json=query, timeout=10).raise_for_status()

    def trained_on(self, policy: bytes, env_id: str, *, maze_seed: int) -> str:
        """Registers a model whose run records on which maze it was trained."""
        # Set from the first on: a list that is read in between would miss it for minutes.
        run_id = self.registry.tracking.run(self.registry.experiment_id, params={"maze_seed": str(maze_seed)})
        return self.registry.version(policy, env_id=env_id, of_run=run_id)

    def lose_file(self, model_id: str) -> None:
        """Makes the model's version name a file that does not exist."""
        body = {"name": self.registry.name, "version": model_id, "key": "onnx_file", "value": "lost.onnx"}
        self.registry.tracking.post("model-versions/set-tag", body)


@pytest.fixture(scope="session")
def team(tracking: Tracking) -> Team:
    return Team(tracking)


@pytest.fixture(scope="session")
def clew(team: Team, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Returns the address of a Clew with the team's models."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=team.registry.tracking.address,  # type: ignore[arg-type]
        cache_dir=tmp_path_factory.mktemp("cache"),
        model_name=team.registry.name,
        model_names=team.registry.name,
    )
    with listening(create_app(settings, connect(settings)).server) as address:
        yield address


@pytest.fixture(scope="session")
def start(clew: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Returns a function that starts an engine with the settings given."""
    started: list[Engine] = []

    def start(**settings: str) -> Engine:
        started.append(Engine(tmp_path_factory.mktemp("engine"), _bare_environment(), clew, settings))
        return started[-1]

    yield start
    for engine in started:
        engine.process.terminate()
    for engine in started:
        engine.end()
    assert [line for engine in started for line in undeclared_failures(engine.log())] == []


@pytest.fixture(scope="session")
def engine(start: Start) -> Engine:
    """Starts an engine that most tests share."""
    return start()


@pytest.fixture
def viewer(engine: Engine, team: Team) -> Iterator[Viewer]:
    """Connects a viewer to that engine, while the first model is active."""
    team.activate(team.ppo)
    with engine.view() as viewer:
        yield viewer


def _bare_environment() -> dict[str, str]:
    ours = {*InferenceSettings.model_fields, *Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.lower() not in ours}
