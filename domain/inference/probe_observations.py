"""The observations that a check tries a policy with: zeros alone let through what fails for everything else.

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
    LARGEST,
    OBSERVATION_SIZE,
    PASSAGE,
    SMALLEST,
    generate_maze,
    observe,
    passages,
    size_of,
)
from domain.messages import Message

_SEED: Final = 17
_CELLS: Final = 192  # enough that any two cells, and nearly any three, take each of their values together
_NUMBERS: Final = 48  # between those of cells: the space is one of real numbers
_VIEWS_ELSEWHERE: Final = 128
_OTHER_SEEDS: Final = range(DEFAULT_SEED + 1, DEFAULT_SEED + 6)

Observations = NDArray[np.float32]


class Probes(NamedTuple):
    """Observations [n, 25], and what each of them is; the first is of zeros."""

    observations: Observations
    kinds: list[Message]


def probe_observations(env_id: str) -> Probes:
    """Returns bounds and random points of the environment's space, and what an agent sees on its walks.

    No one twice.
    """
    rows: dict[bytes, tuple[Observations, Message]] = {}
    chance = np.random.default_rng(_SEED)
    for observation, kind in (*_of_space(chance), *_of_walks(size_of(env_id) or DEFAULT_SIZE, chance)):
        rows.setdefault(observation.tobytes(), (observation, kind))
    zeros, *others = rows.values()
    # Mixed, so that no batch holds one kind alone.
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
    """Yields every view of the maze that is trained on by default.

    Of others of its size, and of other sizes, a draw.
    """
    yield from _views(size, DEFAULT_SEED)
    others = [view for seed in _OTHER_SEEDS for view in _views(size, seed)]
    elsewhere = [view for other in range(SMALLEST, LARGEST + 1) if other != size for view in _views(other, other)]
    for views in (others, elsewhere):
        for index in chance.permutation(len(views))[:_VIEWS_ELSEWHERE]:
            yield views[index]


def _views(size: int, seed: int) -> list[tuple[Observations, Message]]:
    """Returns all that an agent can see in one maze, the goal's own cell included."""
    maze = generate_maze(size, seed)
    return [(observe(maze, position), MazeView(size)) for position in (*passages(maze), maze.goal)]
