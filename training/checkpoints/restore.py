"""Restores a fresh agent from a checkpoint; this reads only numbers, and executes no code."""

import pickle
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.monitor import Monitor

from domain.errors.records import InvalidArgument
from domain.inference.maze import observe, passages
from domain.messages import Text
from domain.trainings.built_in import values_of
from domain.trainings.forking import TrainedLength, fork_misfits
from training.agents.episodes import EpisodeCallback
from training.checkpoints.learned import load_weights
from training.checkpoints.replay import restore_replay
from training.checkpoints.state import (
    ARRAYS_FILE,
    NORMALIZED_PARTS,
    TENSORS_FILE,
    CheckpointState,
    read_state,
)
from training.jobs import TrainingJob

_PLAYED_IN: Final = ("env_id", "maze_size", "maze_seed", "n_envs", "steps_per_episode")
_UNREADABLE: Final = (
    *(OSError, ValueError, KeyError, RuntimeError, TypeError, EOFError),
    *(zipfile.BadZipFile, pickle.UnpicklingError),
)


def restore_checkpoint(
    agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, folder: Path, run_id: str
) -> None:
    """Continues from the checkpoint in `folder`; raises BadInput if it is invalid, or of another kind of agent.

    In a new run with other parameters, only what still applies is taken over: always the policy, the mazes if they
    are the same, and as much of the replay buffer as fits. Episodes and steps continue to count.
    """
    state = read_state(folder)
    _check(state, job, run_id)
    try:
        _restore(agent, callback, job, folder, state)
    except _UNREADABLE as error:
        raise InvalidArgument(Text(f"The checkpoint {folder} cannot be read: {error}.")) from error


def _check(state: CheckpointState, job: TrainingJob, run_id: str) -> None:
    done = None if state.run_id == run_id else TrainedLength(state.episodes_finished, state.agent.steps)
    for name, misfit in fork_misfits(state.values, values_of(job.request), done).items():
        raise InvalidArgument(Text(f"{name}: {misfit}."))


def _restore(
    agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, folder: Path, state: CheckpointState
) -> None:
    values = values_of(job.request)
    tensors = torch.load(folder / TENSORS_FILE, map_location=agent.device, weights_only=True)
    load_weights(agent, tensors)
    with np.load(folder / ARRAYS_FILE, allow_pickle=False) as arrays:
        if state.replay is not None:
            restore_replay(agent.replay_buffer, state.replay, arrays)
        _restore_normalization(agent, arrays)
        if state.values.get("seed") == values["seed"]:
            _restore_chance(agent, state, arrays["numpy_generator"], tensors["generator"])
    _restore_counters(agent, callback, state)
    if all(state.values.get(name) == values.get(name) for name in _PLAYED_IN):
        _restore_mazes(agent, state) if state.mazes else _restore_environments(agent, state)


def _restore_counters(agent: BaseAlgorithm, callback: EpisodeCallback, state: CheckpointState) -> None:
    callback.restore(state.counters)
    if not agent._custom_logger:
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
    """Restores mazes in the middle of their episodes.

    Their observations are computed again: a stop comes before a step is recorded.
    """
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


def _restore_environments(agent: BaseAlgorithm, state: CheckpointState) -> None:
    """Starts new episodes with the saved random generators."""
    environments = agent.get_env()
    agent._last_obs = environments.reset()
    for monitor, generator in zip(environments.envs, state.generators, strict=True):
        monitor.unwrapped.np_random.bit_generator.state = generator
    agent._last_episode_starts = np.ones(environments.num_envs, dtype=bool)


def _restore_normalization(agent: BaseAlgorithm, arrays: Any) -> None:
    known = agent.get_vec_normalize_env()
    if known is None:
        return
    for name, one in (("observed", known.obs_rms), ("returned", known.ret_rms)):
        for part in NORMALIZED_PARTS:
            value = arrays[f"{name}_{part}"]
            setattr(one, part, value if value.shape else float(value))
