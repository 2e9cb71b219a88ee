"""What all viewers share: where the models come from, the policies that run, and how fast they are."""

from typing import NamedTuple

from domain.errors import NotFound
from domain.inference import Command
from domain.maze import DEFAULT_SEED, DEFAULT_SIZE, Maze, generate_maze, size_of
from inference.clew_models import ClewModel, ClewModels
from inference.latencies import Latencies
from inference.policy_pool import PolicyPool, SharedPolicy
from inference.walk import Walk


class Found(NamedTuple):
    """A model as it is now."""

    model: ClewModel
    is_active: bool


class Engine:
    """Makes walks; every failure is a ClewError."""

    def __init__(self, models: ClewModels, most_models: int) -> None:
        self.models = models
        self.pool = PolicyPool(most_models)
        self.latencies = Latencies()

    def walk(self, asked: Command) -> Walk:
        """A new episode of the model that was asked for, whose file is looked at anew."""
        found = self.find(asked.model)
        maze = self.maze_of(found.model, asked.size, asked.seed)
        policy = self._policy(found.model.id, maze.env_id)
        policy.start()
        return Walk(policy, maze, found.model.id, found.is_active, self.latencies)

    def find(self, model_id: str | None) -> Found:
        """The model of that id, or the active one; raises NotFound."""
        active = self.models.active()
        if model_id is None:
            if active is None:
                raise NotFound("No model is active.")
            return Found(active, True)
        if active is not None and active.id == model_id:
            return Found(active, True)
        return Found(self.models.get(model_id), False)

    def maze_of(self, model: ClewModel, size: int | None = None, seed: int | None = None) -> Maze:
        """The maze that the model was trained on, of another size or seed where these are given.

        Where nobody knows it, it is the one of 10 x 10 cells, and of seed 0.
        """
        if size is None:
            size = size_of(model.env_id) or DEFAULT_SIZE
        if seed is None and model.run_id is not None:
            seed = self.models.maze_seed(model.run_id)
        return generate_maze(size, DEFAULT_SEED if seed is None else seed)

    def _policy(self, model_id: str, env_id: str) -> SharedPolicy:
        file = self.models.policy(model_id, self.pool.hashes())
        policy = self.pool.get(file.sha256, file.content, env_id)
        if policy is None:  # it left between the question and the answer
            whole = self.models.policy(model_id)
            policy = self.pool.get(whole.sha256, whole.content, env_id)
        if policy is None:
            raise NotFound(f"The file of model {model_id[:40]} did not come.")
        return policy
