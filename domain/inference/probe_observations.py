"""The observations with which a maze policy is checked: zeros alone would miss policies that fail for anything else.

They are the same at each check, so that a policy that passed passes again.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.errors.policy_checks.answers import BoundaryObservation, MazeView, RandomObservation, ZeroObservation
from domain.inference.maze import (
    DEFAULT_SEED,
    DEFAULT_SIZE,
    GOAL,
    MAX_SIZE,
    MIN_SIZE,
    OBSERVATION_SIZE,
    PASSAGE,
    generate_maze,
    observe,
    passages,
    size_of,
)
from domain.messages import Message

_SEED: Final = 17
_CELLS: Final = 192  # enough that any two cells, and nearly any three, take each combination of values
_NUMBERS: Final = 48  # real numbers between those of cells, which the space contains too
_VIEWS_ELSEWHERE: Final = 128
_OTHER_SEEDS: Final = range(DEFAULT_SEED + 1, DEFAULT_SEED + 6)

Observations = NDArray[np.float32]


class Probes(NamedTuple):
    """Observations [n, 25], and the kind of each; the first is zeros."""

    observations: Observations
    kinds: list[Message]


def probe_observations(env_id: str) -> Probes:
    """Returns bounds and random points of the environment's space, and observations from mazes, without duplicates."""
    rows: dict[bytes, tuple[Observations, Message]] = {}
    chance = np.random.default_rng(_SEED)
    for observation, kind in (*_of_space(chance), *_of_walks(size_of(env_id) or DEFAULT_SIZE, chance)):
        rows.setdefault(observation.tobytes(), (observation, kind))
    zeros, *others = rows.values()
    # Mixed, so that no batch contains a single kind only.
    found = [zeros, *(others[index] for index in chance.permutation(len(others)))]
    return Probes(np.stack([observation for observation, _kind in found]), [kind for _observation, kind in found])


def _of_space(chance: np.random.Generator) -> Iterator[tuple[Observations, Message]]:
    yield np.full(OBSERVATION_SIZE, PASSAGE, np.float32), ZeroObservation()
    for value in range(PASSAGE + 1, GOAL + 1):
        yield np.full(OBSERVATION_SIZE, value, np.float32), BoundaryObservation()
        for row in value * np.eye(OBSERVATION_SIZE, dtype=np.float32):
            yield row, BoundaryObservation()
    for row in chance.integers(PASSAGE, GOAL + 1, (_CELLS, OBSERVATION_SIZE)):
        yield row.astype(np.float32), RandomObservation()
    for row in chance.uniform(PASSAGE, GOAL, (_NUMBERS, OBSERVATION_SIZE)):
        yield row.astype(np.float32), RandomObservation()


def _of_walks(size: int, chance: np.random.Generator) -> Iterator[tuple[Observations, Message]]:
    """Yields every view of the default training maze, and a sample of views of other mazes and sizes."""
    yield from _views(size, DEFAULT_SEED)
    others = [view for seed in _OTHER_SEEDS for view in _views(size, seed)]
    elsewhere = [view for other in range(MIN_SIZE, MAX_SIZE + 1) if other != size for view in _views(other, other)]
    for views in (others, elsewhere):
        for index in chance.permutation(len(views))[:_VIEWS_ELSEWHERE]:
            yield views[index]


def _views(size: int, seed: int) -> list[tuple[Observations, Message]]:
    """Returns all observations possible in one maze, including at the goal."""
    maze = generate_maze(size, seed)
    return [(observe(maze, position), MazeView(size)) for position in (*passages(maze), maze.goal)]
