"""Makes a fresh agent what another was when its checkpoint was written; reads no code, only numbers."""

import pickle
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.monitor import Monitor

from domain.errors.records import InvalidArgument
from domain.inference.maze import observe, passages
from domain.messages import Text
from domain.trainings.maze.form import values_of
from training.agents.episodes import EpisodeCallback
from training.checkpoints.state import ARRAYS_FILE, TENSORS_FILE, CheckpointState, ReplayState, read_state
from training.jobs import TrainingJob

_LEARNED_BY: Final = ("algorithm", "net_arch")
_PLAYED_IN: Final = ("maze_size", "maze_seed", "n_envs", "steps_per_episode")
_UNREADABLE: Final = (
    *(OSError, ValueError, KeyError, RuntimeError, TypeError, EOFError),
    *(zipfile.BadZipFile, pickle.UnpicklingError),
)
REPLAYED: Final = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")


def restore_checkpoint(
    agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, folder: Path, run_id: str
) -> None:
    """Goes on where the checkpoint in `folder` was; raises BadInput where it is none, or of another kind of agent.

    In another run, with other parameters, what these leave is taken over: the policy in any case, the mazes where they
    are the same, and of the replay buffer as much as has room. Episodes and steps are counted on.
    """
    state = read_state(folder)
    _check(state, job, run_id)
    try:
        _restore(agent, callback, job, folder, state)
    except _UNREADABLE as error:
        raise InvalidArgument(Text(f"The checkpoint {folder} cannot be read: {error}.")) from error


def _check(state: CheckpointState, job: TrainingJob, run_id: str) -> None:
    values = values_of(job.request)
    for name in _LEARNED_BY:
        if (had := state.values.get(name)) != values[name]:
            raise InvalidArgument(Text(f"{name}: the checkpoint is of {had}, which {values[name]} cannot go on from."))
    if state.run_id != run_id and state.episodes_finished >= job.request.episodes:
        done = state.episodes_finished
        raise InvalidArgument(Text(f"episodes: should be more than {done}, which the checkpoint has behind it."))


def _restore(
    agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, folder: Path, state: CheckpointState
) -> None:
    values = values_of(job.request)
    tensors = torch.load(folder / TENSORS_FILE, map_location=agent.device, weights_only=True)
    agent.policy.load_state_dict(tensors["policy"])
    agent.policy.optimizer.load_state_dict(tensors["optimizer"])
    with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
        if state.replay is not None:
            _restore_replay(agent.replay_buffer, state.replay, {name: arrays[name] for name in REPLAYED})
        if state.values.get("seed") == values["seed"]:
            _restore_chance(agent, state, arrays["numpy_generator"], tensors["generator"])
    _restore_counters(agent, callback, state)
    if all(state.values.get(name) == values[name] for name in _PLAYED_IN):
        _restore_mazes(agent, state)


def _restore_counters(agent: BaseAlgorithm, callback: EpisodeCallback, state: CheckpointState) -> None:
    callback.restore(state.counters)
    agent.set_logger(Logger(None, []))
    if state.counters.update_loss is not None:
        agent.logger.record("train/loss", state.counters.update_loss)
    agent.num_timesteps, agent._episode_num = state.agent.steps, state.agent.episodes
    agent._n_updates = state.agent.updates
    if isinstance(agent, DQN):
        agent._n_calls, agent.exploration_rate = state.agent.calls, state.agent.exploration


def _restore_chance(
    agent: BaseAlgorithm, state: CheckpointState, numpy_generator: NDArray[np.uint32], torch_generator: torch.Tensor
) -> None:
    torch.set_rng_state(torch_generator.cpu())
    np.random.set_state(("MT19937", numpy_generator, state.numpy_position, 0, 0.0))
    agent.action_space.np_random.bit_generator.state = state.actions_generator


def _restore_mazes(agent: BaseAlgorithm, state: CheckpointState) -> None:
    """Episodes go on in the middle. What is seen there is looked at anew: a stop comes before a step is recorded."""
    monitors: list[Monitor] = agent.get_env().envs
    agent.get_env().reset()
    for monitor, kept in zip(monitors, state.mazes, strict=True):
        maze = monitor.unwrapped
        if kept.position not in passages(maze.maze):
            raise ValueError(f"{kept.position} is no cell of the maze")
        maze.position, maze.steps = kept.position, kept.steps
        maze.np_random.bit_generator.state = kept.generator
        monitor.rewards = list(kept.rewards)
    mazes = [monitor.unwrapped for monitor in monitors]
    agent._last_obs = np.stack([observe(maze.maze, maze.position) for maze in mazes])
    agent._last_episode_starts = np.array([maze.steps == 0 for maze in mazes])


def _restore_replay(buffer: ReplayBuffer, kept: ReplayState, arrays: dict[str, NDArray[Any]]) -> None:
    size, n_envs = arrays["rewards"].shape
    if n_envs == buffer.n_envs and size <= buffer.buffer_size and (not kept.is_full or size == buffer.buffer_size):
        buffer.pos, buffer.full = kept.position, kept.is_full
    else:
        # Oldest first, then so many of the newest as have room, in as many columns as there are mazes now.
        arrays = {name: np.roll(array, -kept.position * kept.is_full, axis=0) for name, array in arrays.items()}
        size = min(size * n_envs // buffer.n_envs, buffer.buffer_size)
        arrays = {name: _newest(array, size, buffer.n_envs) for name, array in arrays.items()}
        buffer.pos, buffer.full = size % buffer.buffer_size, size == buffer.buffer_size
    for name, array in arrays.items():
        getattr(buffer, name)[:size] = array


def _newest(array: NDArray[Any], size: int, n_envs: int) -> NDArray[Any]:
    flat = array.reshape(-1, *array.shape[2:])
    return flat[len(flat) - size * n_envs :].reshape(size, n_envs, *array.shape[2:])
