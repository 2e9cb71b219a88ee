"""A whole training: learn, export, evaluate the export, register it, and log all of it to MLflow."""

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
from training.agents.making import spec_of
from training.checkpoints.files import fetch_checkpoint
from training.console import print_line
from training.jobs import TrainingJob
from training.learning import learn
from training.models.finish import (
    environment_tags,
    export_and_measure,
    film_of,
    log_measured,
    signature_tags,
    upload_and_register,
    upload_other_files,
    version_tags,
)
from training.models.measuring import STOPPED_SECONDS, EvaluationResult
from training.progress import ProgressFile
from training.stopping import StopRequest
from training.tracking.artifacts import Artifacts
from training.tracking.patience import MlflowRetries, MlflowStayedUnavailable
from training.tracking.process import process_tags, user_name
from training.tracking.run_log import RunLog
from training.tracking.server import Status, TrackingServer

log = logging.getLogger(__name__)
_SOURCE: Final = {"mlflow.source.name": "python -m training"}


@dataclass(frozen=True)
class Training:
    """Everything that one training works with."""

    job: TrainingJob
    server: TrackingServer
    model_name: str
    stop: StopRequest
    folder: Path
    agent: BaseAlgorithm
    run: RunLog
    progress: ProgressFile
    patience: MlflowRetries


def train(job: TrainingJob, server: TrackingServer, model_name: str, stop: StopRequest) -> Status:
    """Trains as requested and returns the run's final status in MLflow: FINISHED, or KILLED after a stop request.

    When stopped, it exports and registers what it has learned so far. Any exception ends the run as FAILED and is
    raised; MlflowStayedUnavailable means that MLflow lacks something that is on disk.
    """
    with _folder(job) as folder:
        training = _prepared(job, server, model_name, stop, folder)
        print_line(f"Run {training.run.run_id} ({job.run_name}).")
        training.run.start()
        try:
            status = _carried_out(training)
        except BaseException as error:
            _report_failure(training, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
            raise
        finally:
            training.run.close()
    return status


def _carried_out(training: Training) -> Status:
    callback = learn(training.job, training.agent, training.run, training.progress, training.stop)
    training.run.stop_sending(training.progress.alive)
    if callback.finished or callback.is_done:
        _finish(training, callback)
    status: Status = "FINISHED" if callback.is_done else "KILLED"
    training.patience.until_done(partial(training.run.end, status, training.progress.alive))
    return status


def _prepared(job: TrainingJob, server: TrackingServer, model_name: str, stop: StopRequest, folder: Path) -> Training:
    agent = build_agent(job.request, job.device, job.environments_file)
    tags = process_tags(_gpu_uuid(agent.device)) | _SOURCE
    if job.maze is None:
        tags |= environment_tags(job, spec_of(agent))
    run_id = job.run_id or _created(job, server)
    run = RunLog(server, run_id, folder, job.params, tags)
    progress = ProgressFile(job.folder)
    patience = MlflowRetries(stop, folder, progress.alive)
    job = _with_checkpoint(job, server, folder, patience)
    return Training(job, server, model_name, stop, folder, agent, run, progress, patience)


def _with_checkpoint(job: TrainingJob, server: TrackingServer, folder: Path, patience: MlflowRetries) -> TrainingJob:
    """Returns the job, after downloading a checkpoint that only MLflow had."""
    if job.stored is None or job.checkpoint is not None:
        return job
    artifacts = Artifacts(server, job.stored.run_id)
    fetch = partial(fetch_checkpoint, job.stored.number, artifacts, folder / "checkpoint")
    return job.model_copy(update={"checkpoint": patience.until_done(fetch)})


def _created(job: TrainingJob, server: TrackingServer) -> str:
    """Creates and returns a run, for trainings without a scheduler."""
    server.first_call()
    return server.create_run(server.experiment_id(job.experiment_name), job.run_name, {"mlflow.user": user_name()})


def _finish(training: Training, callback: EpisodeCallback) -> None:
    """Finishes in the run's folder as `_finish_in` does.

    If its disk accepts no file, in a temporary folder.
    """
    try:
        _finish_in(training, callback, training.folder)
    except OSError as error:
        log.warning("The model is not kept in the run's folder", extra={"cause": error.strerror})
        with tempfile.TemporaryDirectory(prefix="clew-training-") as elsewhere:
            _finish_in(training, callback, Path(elsewhere))


def _finish_in(training: Training, callback: EpisodeCallback, folder: Path) -> None:
    """Exports, evaluates the exported file, records a video, logs everything, and registers the version."""
    job, run, alive = training.job, training.run, training.progress.alive
    finished = export_and_measure(training.agent, job, folder, callback.finished, alive, training.stop)
    log_measured(run, finished)
    alive()
    film = film_of(finished, job, folder)
    spec = spec_of(training.agent)
    tags = version_tags(job, finished, environment_tags(job, spec) | signature_tags(finished.file, job))
    name = training.model_name if job.register_model else None
    training.patience.until_done(partial(run.send_all, alive))
    training.patience.until_done(partial(upload_other_files, run, film, spec, folder))
    version = training.patience.until_done(
        partial(upload_and_register, training.server, run, finished.file, name, tags)
    )
    registered = "" if version is None else f"; registered as {name} version {version}"
    print_line(f"{_summary(finished.measured)}{registered}.")


def _summary(measured: EvaluationResult | None) -> str:
    if measured is None:
        return f"It is not measured: no held-out episode ended in the {STOPPED_SECONDS:.0f} s after the stop"
    if measured.success_rate is None:
        return f"{measured.episodes} held-out greedy episodes return {measured.mean_return:.2f} on average"
    return f"{measured.success_rate:.0%} of {measured.episodes} held-out greedy episodes reach the goal"


def _report_failure(training: Training, status: Status) -> None:
    """Reports a failed training to MLflow if it is reachable; the original failure takes precedence."""
    training.run.stop_sending()
    try:
        training.run.end(status)
    except ClewError as error:
        log.warning("MLflow was not told of the end", extra={"cause": str(error), "status": status})


def _gpu_uuid(device: torch.device) -> str | None:
    return str(torch.cuda.get_device_properties(device).uuid) if device.type == "cuda" else None


@contextmanager
def _folder(job: TrainingJob) -> Iterator[Path]:
    """Opens the folder for files: the scheduler's, else a temporary one, which is kept if MLflow lacks its content."""
    if job.folder is not None:
        yield job.folder
        return
    folder, is_incomplete = Path(tempfile.mkdtemp(prefix="clew-training-")), False
    try:
        yield folder
    except MlflowStayedUnavailable:
        is_incomplete = True
        raise
    finally:
        if not is_incomplete:
            shutil.rmtree(folder, ignore_errors=True)
