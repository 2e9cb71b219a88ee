"""The maze's rules in NumPy alone: what the grid looks like, what an agent sees, and what a step does and pays.

Positions are (x, y), x to the right and y downward, (0, 0) the upper-left corner. The goal is the lower-right corner,
(size - 1, size - 1). There is no frame: everything outside the grid counts as wall.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors.walks import MazeSeedNegative, MazeSizeOutOfRange

Position = tuple[int, int]

PASSAGE: Final = 0
WALL: Final = 1
GOAL: Final = 2
VIEW: Final = 5  # the agent sees VIEW x VIEW cells with itself in the middle
OBSERVATION_SIZE: Final = VIEW * VIEW

ACTION_NAMES: Final = ("up", "down", "left", "right")
MOVES: Final[tuple[Position, ...]] = ((0, -1), (0, 1), (-1, 0), (1, 0))

GOAL_REWARD: Final = 1.0
STEP_REWARD: Final = -0.01
WALL_REWARD: Final = -0.05
MAX_STEPS: Final = 200

MIN_SIZE: Final = 5
MAX_SIZE: Final = 20
DEFAULT_SIZE: Final = 10
# The first seed, not a chosen one. Five of its 54 cells share their observation with another cell, and each such pair
# needs the same action: a memoryless agent can reach the goal from everywhere (`python -m training.learnability`).
DEFAULT_SEED: Final = 0

_MARGIN: Final = VIEW // 2


@dataclass(frozen=True, eq=False)
class Maze:
    """A perfect maze: every passage is reachable from every other in exactly one way.

    `padded` is uint8 [size + 4, size + 4], row-major ([y, x]), holding PASSAGE, WALL and GOAL, with two cells of wall
    around the grid so that every 5x5 view is a slice of it. It is read-only.
    """

    size: int
    seed: int
    padded: NDArray[np.uint8]

    @property
    def goal(self) -> Position:
        """The goal's position: the lower-right corner."""
        return self.size - 1, self.size - 1

    @property
    def cells(self) -> NDArray[np.uint8]:
        """The grid without its margin: uint8 [size, size], [y, x]."""
        return self.padded[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]

    @property
    def env_id(self) -> str:
        """The environment's name, such as ClewMaze-10x10-v0; the seed is not part of it."""
        return f"ClewMaze-{self.size}x{self.size}-v0"


def size_of(env_id: str | None) -> int | None:
    """Returns the maze size in an environment's name, such as ClewMaze-10x10-v0; None for other names."""
    named = re.fullmatch(r"ClewMaze-(\d{1,2})x\1-v0", env_id or "")
    size = int(named[1]) if named else 0
    return size if MIN_SIZE <= size <= MAX_SIZE else None


@dataclass(frozen=True)
class Step:
    """The result of one action. `terminated` is true at the goal, `truncated` at the step limit."""

    position: Position
    reward: float
    terminated: bool
    truncated: bool


def generate_maze(size: int = DEFAULT_SIZE, seed: int = DEFAULT_SEED) -> Maze:
    """Generates the maze of a size (5 to 20) and a seed (>= 0); raises BadInput for others."""
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise MazeSizeOutOfRange(MIN_SIZE, MAX_SIZE, size)
    if seed < 0:
        raise MazeSeedNegative(seed)
    padded = np.full((size + 2 * _MARGIN, size + 2 * _MARGIN), WALL, np.uint8)
    _carve(padded[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN], np.random.default_rng(seed))
    padded[_MARGIN + size - 1, _MARGIN + size - 1] = GOAL
    padded.setflags(write=False)
    return Maze(size, seed, padded)


def _carve(cells: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Carves passages into an all-wall grid by a recursive backtracker on a lattice, with an explicit stack."""
    size = len(cells)
    # Rooms are on every second cell. If the size is even, the last room is one cell further, so that the far row and
    # column are rooms and not a row of wall: the two cells between the last two rooms are carved together.
    lattice = [*range(0, size - 2, 2), size - 1]
    cells[0, 0] = PASSAGE
    stack = [(0, 0)]
    while stack:
        i, j = stack[-1]
        around = [(i + di, j + dj) for di, dj in MOVES if 0 <= i + di < len(lattice) and 0 <= j + dj < len(lattice)]
        unvisited = [(i, j) for i, j in around if cells[lattice[j], lattice[i]] == WALL]
        if not unvisited:
            stack.pop()
            continue
        chosen = unvisited[int(rng.integers(len(unvisited)))]
        xs = sorted((lattice[i], lattice[chosen[0]]))
        ys = sorted((lattice[j], lattice[chosen[1]]))
        cells[ys[0] : ys[1] + 1, xs[0] : xs[1] + 1] = PASSAGE
        stack.append(chosen)


def passages(maze: Maze) -> list[Position]:
    """Returns every cell an agent can start from: all passages but the goal, row by row."""
    ys, xs = np.nonzero(maze.cells == PASSAGE)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def draw_start(maze: Maze, start_seed: int) -> Position:
    """Draws the start cell of a seed (>= 0), uniformly among the passages."""
    cells = passages(maze)
    return cells[int(np.random.default_rng(start_seed).integers(len(cells)))]


def observe(maze: Maze, position: Position) -> NDArray[np.float32]:
    """Returns the agent's observation: float32 [25], the 5x5 cells around it row by row, 0 passage, 1 wall, 2 goal."""
    x, y = position
    return maze.padded[y : y + VIEW, x : x + VIEW].astype(np.float32).ravel()


def step(maze: Maze, position: Position, action: int, steps_before: int, most_steps: int = MAX_STEPS) -> Step:
    """Moves by one action (0 up, 1 down, 2 left, 3 right); `steps_before` counts the episode's steps so far.

    The reward is +1.0 for the goal, -0.05 for a wall (the agent stays), else -0.01. Step `most_steps` truncates the
    episode.
    """
    dx, dy = MOVES[action]
    x, y = position[0] + dx, position[1] + dy
    cell = maze.padded[y + _MARGIN, x + _MARGIN]
    truncated = steps_before + 1 >= most_steps
    if cell == WALL:
        return Step(position, WALL_REWARD, False, truncated)
    if cell == GOAL:
        return Step((x, y), GOAL_REWARD, True, False)
    return Step((x, y), STEP_REWARD, False, truncated)
