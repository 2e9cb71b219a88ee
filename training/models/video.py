"""A short video of what was learned: one greedy episode, as an animated WebP."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import gymnasium
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from domain.inference.evaluation import FIRST_HELD_OUT_SEED, Policy
from domain.inference.maze import MAX_STEPS, PASSAGE, Maze, Position, draw_start, observe, step
from training.models.export import AnyPolicy, actions_of
from training.models.observing import as_given

LONGEST_SIDE: Final = 320
MAX_FRAMES: Final = 300
MAX_BYTES: Final = 2 * 2**20
_QUALITY: Final = 60
_USUAL_RATE: Final = 30.0
_MAZE_RATE: Final = 8.0
_CELL: Final = 12
_WALL, _PASSAGE, _GOAL, _AGENT = (52, 58, 64), (248, 249, 250), (47, 158, 68), (25, 113, 194)

Frame = NDArray[np.uint8]
log = logging.getLogger(__name__)


def film(file: Path, record: Callable[[], tuple[list[Frame], float]]) -> Path | None:
    """Writes what `record` returns, frames and frames per second; returns None, and logs the cause, on failure.

    An environment that cannot be drawn does not affect the training otherwise.
    """
    try:
        frames, rate = record()
        return _written(file, frames, rate) if frames else None
    except Exception as error:  # noqa: BLE001, a renderer is a stranger's, and the log has the cause
        log.warning("There is no film of the policy", extra={"cause": f"{type(error).__name__}: {error}"[:300]})
        return None


def in_environment(policy: AnyPolicy, make: Callable[[], gymnasium.Env]) -> tuple[list[Frame], float]:
    """Returns an episode in an environment made by `make`, which has to support rendering."""
    environment = make()
    try:
        if environment.render_mode != "rgb_array":
            raise ValueError(f"{environment.metadata.get('render_modes')} has no rgb_array")
        rate = float(environment.metadata.get("render_fps") or _USUAL_RATE)
        return list(islice(_played(policy, environment), MAX_FRAMES)), min(rate, _USUAL_RATE)
    finally:
        environment.close()


def in_maze(policy: Policy, maze: Maze) -> tuple[list[Frame], float]:
    """Returns a walk through the maze; one that goes in circles is cut off."""
    return list(islice(_walked(policy, maze), MAX_STEPS // 2)), _MAZE_RATE


def _played(policy: AnyPolicy, environment: gymnasium.Env) -> Iterator[Frame]:
    observation, _ = environment.reset(seed=FIRST_HELD_OUT_SEED)
    seen, acted = environment.observation_space, environment.action_space
    is_over = False
    while not is_over:
        yield _small(environment.render())
        answer = policy(as_given(seen, [observation]))
        action: Any = actions_of(acted, answer)[0]
        chosen = int(action) if isinstance(acted, gymnasium.spaces.Discrete) else np.asarray(action, acted.dtype)
        observation, _, terminated, truncated, _ = environment.step(chosen)
        is_over = terminated or truncated
    yield _small(environment.render())


def _small(frame: Any) -> Frame:
    picture = Image.fromarray(np.asarray(frame, np.uint8))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.asarray(picture.convert("RGB"))


def _walked(policy: Policy, maze: Maze) -> Iterator[Frame]:
    position, steps, is_over = draw_start(maze, FIRST_HELD_OUT_SEED), 0, False
    yield _drawn(maze, position)
    while not is_over:
        action = int(np.asarray(policy(observe(maze, position)[None])).argmax())
        outcome = step(maze, position, action, steps)
        position, steps, is_over = outcome.position, steps + 1, outcome.terminated or outcome.truncated
        yield _drawn(maze, position)


def _drawn(maze: Maze, position: Position) -> Frame:
    cells = np.full((*maze.cells.shape, 3), _WALL, np.uint8)
    cells[maze.cells == PASSAGE] = _PASSAGE
    for (x, y), colour in ((maze.goal, _GOAL), (position, _AGENT)):
        cells[y, x] = colour
    return cells.repeat(_CELL, axis=0).repeat(_CELL, axis=1)


def _written(file: Path, frames: list[Frame], rate: float) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    first, *others = (Image.fromarray(frame) for frame in frames)
    duration = round(1000 / rate)
    first.save(file, save_all=True, append_images=others, duration=duration, loop=0, quality=_QUALITY, method=0)
    if file.stat().st_size > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES} bytes")
    return file
