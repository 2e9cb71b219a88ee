"""What all viewers share: the source of models, the running policies and environments, the latencies."""

from typing import Final, NamedTuple

from concurrency.single_flight import SingleFlight
from domain.errors.models.records import NoActiveModel
from domain.errors.walks import FileDidNotCome
from domain.inference.commands import Command
from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, Maze, generate_maze, size_of
from environments.pool import EnvironmentPool
from inference.clew_models import ClewModel, ClewModels
from inference.latencies import Latencies
from inference.policy_pool import PolicyPool, SharedPolicy
from inference.viewers.environment_walk import EnvironmentWalk
from inference.viewers.environment_walks import EnvironmentWalks
from inference.viewers.long_calls import LongCalls
from inference.viewers.maze_walk import MazeWalk
from inference.viewers.walks import Walk
from policies.policy_process import PolicyProcess

_MAX_RUNS: Final = 1_000


class FoundModel(NamedTuple):
    """A model as it is now, and the maze that it was trained on, if known."""

    model: ClewModel
    is_active: bool
    trained_on: Maze


class Engine:
    """Creates walks; every failure is a ClewError."""

    def __init__(self, models: ClewModels, most_models: int, environments: EnvironmentPool) -> None:
        self.models = models
        self.pool = PolicyPool(most_models)
        self.environments = environments
        self.latencies = Latencies()
        self.long_calls = LongCalls()
        self._others = EnvironmentWalks(models, self.pool, environments, self.latencies)
        self._found: SingleFlight[FoundModel] = SingleFlight("model")
        self._ready: SingleFlight[SharedPolicy[PolicyProcess]] = SingleFlight("policy")
        self._seeds: dict[str, int] = {}
        self._plays_others = False

    def expect(self) -> None:
        """Starts the process that environments are forked from, for a new viewer, if any were played in before."""
        if self._plays_others:
            self.environments.known.server.warm_up()

    def walk(self, command: Command, person: str, former: Walk | None) -> Walk:
        """Returns a new episode of the model that `person` requested, which replaces the `former` one.

        That one is closed. It checks again which model is active, and whether its file has changed.
        """
        found = self._found.get((command.model, command.name), lambda: self.find(command.model, command.name))
        if former is not None:
            former.close()
        self._plays_others = not found.model.is_for_the_maze
        if self._plays_others:
            episode = former.episode + 1 if isinstance(former, EnvironmentWalk) else 0
            return self._others.walk(found.model, found.is_active, command.seed or 0, person, episode)
        return self._maze_walk(found, command, person)

    def close(self) -> None:
        """Ends all policies and environments."""
        self.long_calls.close()
        self.pool.close()
        self.environments.close()

    def find(self, model_id: str | None, name: str | None = None) -> FoundModel:
        """Returns the model of that id, or the active one of that name, or of the first; raises NotFound."""
        active = self.models.active(name)
        if model_id is None and active is None:
            raise NoActiveModel
        if active is not None and model_id in (None, active.id):
            return FoundModel(active, True, self._maze(active))
        model = self.models.get(model_id or "")
        if model.name is not None and (active is None or active.name != model.name):
            active = self.models.active(model.name)  # that of its own registered model
        return FoundModel(model, active is not None and active.id == model.id, self._maze(model))

    def _maze_walk(self, found: FoundModel, command: Command, person: str) -> MazeWalk:
        model_id, maze = found.model.id, found.trained_on
        policy = self._ready.get(model_id, lambda: self._policy(model_id, found.trained_on.env_id))
        if found.is_active:
            self.pool.reserve_place_for(policy)
        policy.start(person)
        if command.size is not None or command.seed is not None:
            maze = generate_maze(command.size or maze.size, maze.seed if command.seed is None else command.seed)
        return MazeWalk(policy, maze, model_id, found.is_active, self.latencies, person)

    def _maze(self, model: ClewModel) -> Maze:
        """Returns the maze that the model was trained on; if unknown, one of 10 x 10 cells, or of seed 0."""
        run_id = model.run_id if model.is_for_the_maze else None
        seed = None if run_id is None else self._seeds.get(run_id)
        if run_id is not None and seed is None:
            seed = self.models.maze_seed(run_id)
            if seed is not None and len(self._seeds) < _MAX_RUNS:
                self._seeds[run_id] = seed  # a run's parameters never change
        return generate_maze(size_of(model.env_id) or DEFAULT_SIZE, DEFAULT_SEED if seed is None else seed)

    def _policy(self, model_id: str, env_id: str) -> SharedPolicy[PolicyProcess]:
        def make(content: bytes) -> PolicyProcess:
            return PolicyProcess(content, env_id)

        file = self.models.policy(model_id, self.pool.hashes())
        policy = self.pool.get(file.sha256, file.content, env_id, make)
        if policy is None:  # it was dropped from the pool in between
            whole = self.models.policy(model_id)
            policy = self.pool.get(whole.sha256, whole.content, env_id, make)
        if policy is None:
            raise FileDidNotCome(model_id[:40])
        return policy
