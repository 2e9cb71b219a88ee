"""The replay buffer of an agent in a checkpoint."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import ReplayBuffer

from training.agents.environment import MazeEnv
from training.checkpoints.state import ReplayState

MAX_BYTES: Final = 64 * 2**20
"""Larger ones, with images for example, are not saved: a checkpoint is written and uploaded every minute.

A training that continues without its buffer fills it again.
"""
_SEEN: Final = ("observations", "next_observations")
_ARRAYS: Final = ("actions", "rewards", "dones", "timeouts")
_FLAGS: Final = ("dones", "timeouts")

Arrays = dict[str, NDArray[Any]]


def replay_to_save(agent: BaseAlgorithm) -> tuple[ReplayState | None, Arrays]:
    """Returns the position in the buffer, and its filled part.

    None and nothing if there is no buffer, or it is too large.
    """
    buffer = getattr(agent, "replay_buffer", None)
    if not isinstance(buffer, ReplayBuffer):
        return None, {}
    size = buffer.buffer_size if buffer.full else buffer.pos
    is_of_maze = isinstance(agent.get_env().envs[0].unwrapped, MazeEnv)
    arrays = {name: _small(array[:size], name, is_of_maze) for name, array in _arrays_of(buffer).items()}
    if sum(array.nbytes for name, array in arrays.items() if _field(name) in _SEEN) > MAX_BYTES:
        return None, {}
    return ReplayState(position=buffer.pos, is_full=buffer.full), arrays


def restore_replay(buffer: ReplayBuffer, kept: ReplayState, read: Any) -> None:
    """Fills a buffer with saved transitions, as many as fit; `read` holds arrays by name. Raises KeyError."""
    into = _arrays_of(buffer)
    arrays = {name: read[name] for name in into}
    size, n_envs = arrays["rewards"].shape
    if n_envs == buffer.n_envs and size <= buffer.buffer_size and (not kept.is_full or size == buffer.buffer_size):
        buffer.pos, buffer.full = kept.position, kept.is_full
    else:
        # Oldest first, then the newest that fit, in as many columns as there are mazes now.
        arrays = {name: np.roll(array, -kept.position * kept.is_full, axis=0) for name, array in arrays.items()}
        size = min(size * n_envs // buffer.n_envs, buffer.buffer_size)
        arrays = {name: _newest(array, size, buffer.n_envs) for name, array in arrays.items()}
        buffer.pos, buffer.full = size % buffer.buffer_size, size == buffer.buffer_size
    for name, array in arrays.items():
        into[name][:size] = array


def _arrays_of(buffer: ReplayBuffer) -> Arrays:
    """Returns its arrays by name; observations of several parts have one each: `observations/<part>`."""
    found = {name: getattr(buffer, name) for name in (*_SEEN, *_ARRAYS)}
    parts = {
        f"{name}/{part}": array
        for name in _SEEN
        if isinstance(found[name], dict)
        for part, array in found.pop(name).items()
    }
    return parts | found


def _field(name: str) -> str:
    return name.partition("/")[0]


def _small(array: NDArray[Any], name: str, is_of_maze: bool) -> NDArray[Any]:
    """Returns a maze's cells and actions as one byte each, and flags as packed bits."""
    if name in _FLAGS:
        return array.astype(bool)
    return array.astype(np.uint8) if is_of_maze and name != "rewards" else array


def _newest(array: NDArray[Any], size: int, n_envs: int) -> NDArray[Any]:
    flat = array.reshape(-1, *array.shape[2:])
    return flat[len(flat) - size * n_envs :].reshape(size, n_envs, *array.shape[2:])
