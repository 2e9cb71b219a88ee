"""Writes the complete state of a training into a folder."""

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.monitor import Monitor

from domain.trainings.built_in import values_of
from training.agents.environment import MazeEnv
from training.agents.episodes import EpisodeCallback
from training.checkpoints.learned import weights_of
from training.checkpoints.replay import replay_to_save
from training.checkpoints.state import (
    ARRAYS_FILE,
    NORMALIZED_PARTS,
    STATE_FILE,
    TENSORS_FILE,
    AgentState,
    CheckpointState,
    MazeState,
)
from training.jobs import TrainingJob


def save_checkpoint(
    folder: Path, agent: BaseAlgorithm, callback: EpisodeCallback, job: TrainingJob, run_id: str
) -> None:
    """Writes the agent's three files, the state last: if it exists, the others are complete."""
    numpy_state: Any = np.random.get_state()
    _save_tensors({**weights_of(agent), "generator": torch.get_rng_state()}, folder / TENSORS_FILE)
    replay, remembered = replay_to_save(agent)
    arrays: dict[str, Any] = {"numpy_generator": numpy_state[1], **remembered, **_normalization(agent)}
    np.savez(folder / ARRAYS_FILE, **arrays)
    monitors: list[Monitor] = agent.get_env().envs
    state = CheckpointState(
        run_id=run_id,
        values=values_of(job.request),
        counters=callback.counters,
        agent=_agent_state(agent),
        mazes=[_maze_state(monitor) for monitor in monitors if isinstance(monitor.unwrapped, MazeEnv)],
        generators=[
            _generator_state(monitor.unwrapped.np_random)
            for monitor in monitors
            if not isinstance(monitor.unwrapped, MazeEnv)
        ],
        replay=replay,
        actions_generator=_generator_state(agent.action_space.np_random),
        numpy_position=int(numpy_state[2]),
        saved_ms=time.time_ns() // 1_000_000,
    )
    (folder / STATE_FILE).write_text(state.model_dump_json(), encoding="utf-8")


def _save_tensors(tensors: dict[str, Any], file: Path) -> None:
    """Saves through memory: on a full disk torch itself raises a long RuntimeError."""
    content = BytesIO()
    torch.save(tensors, content)
    file.write_bytes(content.getbuffer())


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


def _normalization(agent: BaseAlgorithm) -> dict[str, NDArray[Any]]:
    """Returns the means and variances by which observations and rewards are normalised; empty if they are not."""
    known = agent.get_vec_normalize_env()
    if known is None:
        return {}
    kept = {"observed": known.obs_rms, "returned": known.ret_rms}
    return {f"{name}_{part}": np.asarray(getattr(one, part)) for name, one in kept.items() for part in NORMALIZED_PARTS}
