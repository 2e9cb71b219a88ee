"""A whole training: learn, export, evaluate the export, register it, and tell MLflow all the way."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import torch
from stable_baselines3.common.base_class import BaseAlgorithm

from domain.errors import ClewError
from training.agents.build import build_agent
from training.agents.episodes import EpisodeCallback
from training.checkpoints.files import CheckpointFiles
from training.checkpoints.restore import restore_checkpoint
from training.checkpoints.save import save_checkpoint
from training.console import Console, say
from training.jobs import TrainingJob
from training.models.finish import export_and_evaluate, log_evaluation, upload_and_register, version_tags
from training.progress import ProgressFile
from training.stopping import StopRequest
from training.tracking.patience import Patience, StayedAway
from training.tracking.process import process_tags, user_name
from training.tracking.run_log import RunLog
from training.tracking.server import Status, TrackingServer
from training.watch import TrainingWatch

log = logging.getLogger(__name__)
_SOURCE: Final = {"mlflow.source.name": "python -m training"}


@dataclass(frozen=True)
class Training:
    """What one training works with."""

    job: TrainingJob
    server: TrackingServer
    model_name: str
    stop: StopRequest
    folder: Path
    agent: BaseAlgorithm
    run: RunLog
    progress: ProgressFile
    patience: Patience


def train(job: TrainingJob, server: TrackingServer, model_name: str, stop: StopRequest) -> Status:
    """Trains as asked and returns how the run ended in MLflow: FINISHED, or KILLED when told to stop.

    Stopped, it exports and registers what it has learned by then. Any exception ends the run as FAILED and goes on to
    the caller; StayedAway says that MLflow lacks something that is on disk.
    """
    with _folder(job) as folder:
        training = _prepared(job, server, model_name, stop, folder)
        say(f"Run {training.run.run_id} ({job.run_name}).")
        training.run.start()
        try:
            status = _carried_out(training)
        except BaseException as error:
            _end_in_haste(training, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
            raise
        finally:
            training.run.close()
    return status


def _carried_out(training: Training) -> Status:
    callback = _learn(training)
    training.run.stop_sending(training.progress.alive)
    if callback.finished:
        _finish(training, callback)
    status: Status = "FINISHED" if callback.finished >= callback.episodes else "KILLED"
    training.patience.until_done(partial(training.run.end, status, training.progress.alive))
    return status


def _prepared(job: TrainingJob, server: TrackingServer, model_name: str, stop: StopRequest, folder: Path) -> Training:
    agent = build_agent(job.request, job.device)
    tags = process_tags(_gpu_uuid(agent.device)) | _SOURCE
    run_id = job.run_id or _created(job, server)
    run = RunLog(server, run_id, folder, job.params, tags)
    progress = ProgressFile(job.folder)
    patience = Patience(stop, folder, progress.alive)
    return Training(job, server, model_name, stop, folder, agent, run, progress, patience)


def _created(job: TrainingJob, server: TrackingServer) -> str:
    """A run of one's own, where no scheduler has made one."""
    server.first_call()
    return server.create_run(server.experiment_id(job.experiment_name), job.run_name, {"mlflow.user": user_name()})


def _learn(training: Training) -> EpisodeCallback:
    """Trains until the episodes are done, or until it is told to stop; a second signal ends it where it is."""
    job, agent, run_id = training.job, training.agent, training.run.run_id
    checkpoints = CheckpointFiles(training.folder / "checkpoint") if job.folder is not None else None

    def save(folder: Path, callback: EpisodeCallback) -> None:
        save_checkpoint(folder, agent, callback, job, run_id)

    with Console(job.request.episodes, job.run_name) as console:
        watch = TrainingWatch(training.run, training.progress, console, training.stop, checkpoints, save)
        callback = EpisodeCallback(job.request.episodes, watch, training.stop.ends_now)
        callback.init_callback(agent)
        if job.checkpoint is not None:
            restore_checkpoint(agent, callback, job, job.checkpoint, run_id)
            say(f"Going on after {callback.finished} of {callback.episodes} episodes.")
        watch.tell(callback)
        if callback.finished < callback.episodes and not training.stop:
            _go_on(training, callback)
        watch.tell(callback, at_the_end=True)
        watch.checkpoint(callback)
    return callback


def _go_on(training: Training, callback: EpisodeCallback) -> None:
    request = training.job.request
    most_steps = (request.episodes + training.agent.n_envs) * request.steps_per_episode
    is_new = training.job.checkpoint is None
    try:
        training.agent.learn(most_steps, callback=callback, log_interval=None, reset_num_timesteps=is_new)
    except KeyboardInterrupt:
        if not training.stop:  # no signal's
            raise
        say("Told to stop once more: it ends where it is.")


def _finish(training: Training, callback: EpisodeCallback) -> None:
    """Exports, evaluates the exported file, logs both, and registers the version."""
    job, run = training.job, training.run
    file, evaluation = export_and_evaluate(training.agent, job, training.folder, training.progress.alive)
    log_evaluation(run, evaluation, callback.finished)
    tags = version_tags(job, evaluation, callback.finished)
    name = training.model_name if job.register_model else None
    training.patience.until_done(partial(run.send_all, training.progress.alive))
    version = training.patience.until_done(partial(upload_and_register, training.server, run, file, name, tags))
    registered = "" if version is None else f"; registered as {name} version {version}"
    say(f"{evaluation.success_rate:.0%} of {evaluation.episodes} held-out greedy episodes reach the goal{registered}.")


def _end_in_haste(training: Training, status: Status) -> None:
    """Tells MLflow how a failed training ended, where it is there to hear it: the failure itself goes first."""
    training.run.stop_sending()
    try:
        training.run.end(status)
    except ClewError as error:
        log.warning("MLflow was not told of the end", extra={"cause": str(error), "status": status})


def _gpu_uuid(device: torch.device) -> str | None:
    return str(torch.cuda.get_device_properties(device).uuid) if device.type == "cuda" else None


@contextmanager
def _folder(job: TrainingJob) -> Iterator[Path]:
    """Where files go: the scheduler's folder, else one that is gone afterwards, unless MLflow lacks what is in it."""
    if job.folder is not None:
        yield job.folder
        return
    folder, is_lacked = Path(tempfile.mkdtemp(prefix="clew-training-")), False
    try:
        yield folder
    except StayedAway:
        is_lacked = True
        raise
    finally:
        if not is_lacked:
            shutil.rmtree(folder, ignore_errors=True)
