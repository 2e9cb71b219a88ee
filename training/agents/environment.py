"""The maze as a gymnasium environment: rules are in domain/inference/maze.py; spaces, seeds and `info` here."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from domain.inference.evaluation import FIRST_HELD_OUT_SEED
from domain.inference.maze import (
    ACTION_NAMES,
    DEFAULT_SEED,
    DEFAULT_SIZE,
    GOAL,
    MAX_STEPS,
    OBSERVATION_SIZE,
    PASSAGE,
    draw_start,
    generate_maze,
    observe,
    step,
)

Observation = NDArray[np.float32]


class MazeEnv(gymnasium.Env[Observation, np.int64]):  # type: ignore[misc]  # untyped to mypy here
    """One fixed maze; every episode draws its start cell from the seed given to `reset`.

    Observations are float32 [25], actions 0 to 3 (up, down, left, right). `info` holds `is_success` and `position`. A
    checkpoint reads and sets the state of an episode, `position` and `steps`.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  (gymnasium declares it so)

    def __init__(
        self, size: int = DEFAULT_SIZE, maze_seed: int = DEFAULT_SEED, steps_per_episode: int = MAX_STEPS
    ) -> None:
        self.maze = generate_maze(size, maze_seed)
        self.steps_per_episode = steps_per_episode
        self.observation_space = spaces.Box(PASSAGE, GOAL, (OBSERVATION_SIZE,), np.float32)
        self.action_space = spaces.Discrete(len(ACTION_NAMES))
        self.position = draw_start(self.maze, 0)
        self.steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Starts an episode on a random cell; never with one of the seeds that are reserved for evaluation."""
        super().reset(seed=seed)
        self.position = draw_start(self.maze, int(self.np_random.integers(FIRST_HELD_OUT_SEED)))
        self.steps = 0
        return observe(self.maze, self.position), self._info(False)

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Moves by one action."""
        outcome = step(self.maze, self.position, int(action), self.steps, self.steps_per_episode)
        self.position = outcome.position
        self.steps += 1
        info = self._info(outcome.terminated)
        return observe(self.maze, self.position), outcome.reward, outcome.terminated, outcome.truncated, info

    def _info(self, success: bool) -> dict[str, Any]:
        return {"is_success": success, "position": self.position}
