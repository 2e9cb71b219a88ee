"""Writes all that a training is made of into a folder."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import ReplayBuffer
from stable_baselines3.common.monitor import Monitor

from domain.trainings.maze.form import values_of
from training.agents.episodes import EpisodeCallback
from training.checkpoints.state import (
    ARRAYS_FILE,
    STATE_FILE,
    TENSORS_FILE,
    AgentState,
    CheckpointState,
    MazeState,
    ReplayState,
)
from training.jobs import TrainingJob


def save_checkpoint(
    folder: Path, agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, run_id: str
) -> None:
    """Writes the agent's three files, the state last: where it is, the others are whole."""
    numpy_state: Any = np.random.get_state()
    policy = agent.policy
    torch.save(
        {"policy": policy.state_dict(), "optimizer": policy.optimizer.state_dict(), "generator": torch.get_rng_state()},
        folder / TENSORS_FILE,
    )
    arrays: dict[str, Any] = {"numpy_generator": numpy_state[1], **_replay_arrays(agent)}
    np.savez(folder / ARRAYS_FILE, **arrays)
    state = CheckpointState(
        run_id=run_id,
        values=values_of(job.request),
        counters=callback.counters,
        agent=_agent_state(agent),
        mazes=[_maze_state(monitor) for monitor in agent.get_env().envs],
        replay=_replay_state(agent),
        actions_generator=_generator_state(agent.action_space.np_random),
        numpy_position=int(numpy_state[2]),
        saved_ms=time.time_ns() // 1_000_000,
    )
    (folder / STATE_FILE).write_text(state.model_dump_json(), encoding="utf-8")


def _agent_state(agent: BaseAlgorithm) -> AgentState:
    counted = AgentState(
        steps=agent.num_timesteps, episodes=agent._episode_num, updates=getattr(agent, "_n_updates", 0)
    )
    if isinstance(agent, DQN):
        more = {"calls": agent._n_calls, "exploration": float(agent.exploration_rate)}
        return counted.model_copy(update=more)
    return counted


def _maze_state(monitor: Monitor) -> MazeState:
    maze = monitor.unwrapped
    return MazeState(
        position=maze.position,
        steps=maze.steps,
        rewards=list(monitor.rewards),
        generator=_generator_state(maze.np_random),
    )


def _generator_state(generator: np.random.Generator) -> dict[str, Any]:
    return dict(generator.bit_generator.state)


def _replay_state(agent: BaseAlgorithm) -> ReplayState | None:
    buffer = getattr(agent, "replay_buffer", None)
    return None if buffer is None else ReplayState(position=buffer.pos, is_full=buffer.full)


def _replay_arrays(agent: BaseAlgorithm) -> dict[str, NDArray[Any]]:
    """The filled part of the buffer; observations are cells, and one byte each."""
    buffer = getattr(agent, "replay_buffer", None)
    if not isinstance(buffer, ReplayBuffer):
        return {}
    size = buffer.buffer_size if buffer.full else buffer.pos
    return {
        "observations": buffer.observations[:size].astype(np.uint8),
        "next_observations": buffer.next_observations[:size].astype(np.uint8),
        "actions": buffer.actions[:size].astype(np.uint8),
        "rewards": buffer.rewards[:size],
        "dones": buffer.dones[:size].astype(bool),
        "timeouts": buffer.timeouts[:size].astype(bool),
    }
