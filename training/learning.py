"""Lets an agent learn to the requested length, and reports progress."""

import sys
from pathlib import Path

from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm

from domain.inference.maze import MAX_STEPS
from domain.trainings.maze.requests import DqnRequest, PpoRequest
from training.agents.episodes import EpisodeCallback
from training.agents.tool_log import tool_logger
from training.checkpoints.files import CheckpointFiles
from training.checkpoints.restore import restore_checkpoint
from training.checkpoints.save import save_checkpoint
from training.console import Console, print_line
from training.jobs import TrainingJob
from training.progress import ProgressFile
from training.stopping import StopRequest
from training.tracking.run_log import RunLog
from training.watch import TrainingWatch


def learn(
    job: TrainingJob, agent: BaseAlgorithm, run: RunLog, progress: ProgressFile, stop: StopRequest
) -> EpisodeCallback:
    """Trains until the episodes or steps are done, or a stop is requested; a second signal interrupts at once."""
    checkpoints = CheckpointFiles(job.folder / "checkpoint") if job.folder is not None else None

    def save(into: Path, callback: EpisodeCallback) -> None:
        save_checkpoint(into, agent, callback, job, run.run_id)

    whole, unit = (job.steps, "step") if job.steps is not None else (job.request.episodes, "episode")
    with Console(whole, job.run_name, unit) as console:
        watch = TrainingWatch(run, progress, console, stop, checkpoints, save)
        callback = callback_of(job, watch, stop)
        callback.init_callback(agent)
        if job.maze is None:
            agent.set_logger(tool_logger(watch.metric))
        if job.checkpoint is not None:
            restore_checkpoint(agent, callback, job, job.checkpoint, run.run_id)
            print_line(f"Going on after {callback.finished} episodes and {agent.num_timesteps} steps.")
        watch.notify(callback)
        if not callback.is_done and not stop:
            _train_agent(job, agent, callback, stop)
        watch.notify(callback, at_the_end=True)
        watch.checkpoint(callback)
    return callback


def callback_of(job: TrainingJob, watch: TrainingWatch, stop: StopRequest) -> EpisodeCallback:
    """Returns the callback that counts the episodes of a job, and the steps if its length is in steps."""
    steps_each = MAX_STEPS if job.maze is not None else None
    return EpisodeCallback(job.episodes, watch, stop.ends_now, steps=job.steps, steps_each=steps_each)


def _train_agent(job: TrainingJob, agent: BaseAlgorithm, callback: EpisodeCallback, stop: StopRequest) -> None:
    is_new = job.checkpoint is None
    # How often Stable-Baselines3 updates by default.
    every = None if job.maze is not None else 1 if isinstance(agent, PPO) else 4
    most = _most_steps(job, agent)
    try:
        agent.learn(most, callback=callback, log_interval=every, reset_num_timesteps=is_new)
    except KeyboardInterrupt:
        if not stop:  # not caused by a signal
            raise
        print_line("Stopped a second time: it ends immediately.")


def _most_steps(job: TrainingJob, agent: BaseAlgorithm) -> int:
    """Returns how many more steps to learn.

    If the length is in episodes, an upper bound, since the callback ends it.
    """
    if job.steps is not None:
        return job.steps - int(agent.num_timesteps)
    request = job.request
    if isinstance(request, PpoRequest | DqnRequest):
        return (request.episodes + int(agent.n_envs)) * request.steps_per_episode
    return sys.maxsize // 2
