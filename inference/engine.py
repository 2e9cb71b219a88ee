"""What all viewers share: where the models come from, the policies that run, and how fast they are."""

from typing import Final, NamedTuple

from concurrency.single_flight import SingleFlight
from domain.errors.records import NoActiveModel
from domain.errors.walks import FileDidNotCome
from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, Maze, generate_maze, size_of
from domain.inference.messages import Command
from inference.clew_models import ClewModel, ClewModels
from inference.latencies import Latencies
from inference.policy_pool import PolicyPool, SharedPolicy
from inference.walk import Walk

_MOST_RUNS: Final = 1_000


class Found(NamedTuple):
    """A model as it is now, and the maze that it was trained on, as far as anybody knows."""

    model: ClewModel
    is_active: bool
    trained_on: Maze


class Engine:
    """Makes walks; every failure is a ClewError."""

    def __init__(self, models: ClewModels, most_models: int) -> None:
        self.models = models
        self.pool = PolicyPool(most_models)
        self.latencies = Latencies()
        self._ready: SingleFlight[tuple[Found, SharedPolicy]] = SingleFlight("policy")
        self._seeds: dict[str, int] = {}

    def walk(self, asked: Command, person: str) -> Walk:
        """A new episode of the model that `person` asked for, whose file is looked at anew."""
        found, policy = self._ready.get(asked.model, lambda: self._prepare(asked.model))
        if found.is_active:
            self.pool.keep_place_for(policy)
        policy.start(person)
        maze = found.trained_on
        if asked.size is not None or asked.seed is not None:
            maze = generate_maze(asked.size or maze.size, maze.seed if asked.seed is None else asked.seed)
        return Walk(policy, maze, found.model.id, found.is_active, self.latencies, person)

    def find(self, model_id: str | None) -> Found:
        """The model of that id, or the active one; raises NotFound."""
        active = self.models.active()
        if model_id is None and active is None:
            raise NoActiveModel
        if active is not None and model_id in (None, active.id):
            return Found(active, True, self._maze(active))
        model = self.models.get(model_id or "")
        return Found(model, False, self._maze(model))

    def _maze(self, model: ClewModel) -> Maze:
        """The maze that the model was trained on; where nobody knows, one of 10 x 10 cells, or of seed 0."""
        seed = None if model.run_id is None else self._seeds.get(model.run_id)
        if model.run_id is not None and seed is None:
            seed = self.models.maze_seed(model.run_id)
            if seed is not None and len(self._seeds) < _MOST_RUNS:
                self._seeds[model.run_id] = seed  # a run's parameters stay as they are
        return generate_maze(size_of(model.env_id) or DEFAULT_SIZE, DEFAULT_SEED if seed is None else seed)

    def _prepare(self, model_id: str | None) -> tuple[Found, SharedPolicy]:
        found = self.find(model_id)
        return found, self._policy(found.model.id, found.trained_on.env_id)

    def _policy(self, model_id: str, env_id: str) -> SharedPolicy:
        file = self.models.policy(model_id, self.pool.hashes())
        policy = self.pool.get(file.sha256, file.content, env_id)
        if policy is None:  # it left between the question and the answer
            whole = self.models.policy(model_id)
            policy = self.pool.get(whole.sha256, whole.content, env_id)
        if policy is None:
            raise FileDidNotCome(model_id[:40])
        return policy
