"""The team's cluster as a place where trainings run; it implements `scheduler.backends.backend`."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from domain.addresses import leads_to_loopback, origin_of, without_credentials
from domain.errors import BadInput, ClewError
from domain.errors.names import TheScheduler
from domain.errors.services import StartFailed
from domain.errors.trainings.cluster import EnoughWaitThere, MlflowOutOfReach
from domain.errors.trainings.reasons import NotLaunched
from domain.messages import Text
from domain.trainings.request_form import REQUEST_FILE
from mlflow_api.run_writes import RunWrites
from scheduler.backends.backend import Capacity, Exited, Launch, ResourceRequest, Status
from scheduler.backends.checkpoints import Checkpoints
from scheduler.local.environment import base_environment
from scheduler.local.keeper_files import last_lines, now_ms
from scheduler.local.log_file import LogFile
from scheduler.ray_jobs.attempt_record import AttemptRecords
from scheduler.ray_jobs.entrypoint import entrypoint_of
from scheduler.ray_jobs.job import Job, JobStatus
from scheduler.ray_jobs.job_watch import JobWatch
from scheduler.ray_jobs.jobs_api import JobsApi
from scheduler.ray_jobs.settings import RayJobsSettings
from scheduler.ray_jobs.watched_job import WatchedJob

LOG: Final = "log.txt"
MAX_WAITING: Final = 8
"""So many trainings wait on the cluster; others stay in our own queue, where they can be reordered and held."""
_MLFLOW: Final = "MLFLOW_TRACKING_URI"


class RayBackend:
    """Launched trainings wait on the cluster until there is room; Ray decides on which node they run."""

    def __init__(
        self, settings: RayJobsSettings, folders: Path, runs: RunWrites, clean: Callable[[str], str] = str
    ) -> None:
        """Takes `folders`, with one folder per training; `clean` hides secrets in logs."""
        self._settings, self._folders, self._clean = settings, folders, clean
        self._jobs = JobsApi.from_settings(settings)
        self._records = AttemptRecords(folders)
        self._runs = runs
        self._checkpoints = Checkpoints(runs, folders)
        self._has_watched_unconfirmed = False
        self._watch = JobWatch(self._jobs, self._watched)

    def room(self, alive: Sequence[tuple[ResourceRequest, tuple[int, ...]]], wants_gpus: bool) -> Capacity:
        """Implements `Backend.room`; raises MlflowOutOfReach if the cluster could not log to MLflow."""
        self._watch_unconfirmed()
        self._check_mlflow()
        self._watch.check_reach()
        waiting = self._watch.waiting()
        return Capacity(None, None, most=max(0, MAX_WAITING - waiting), shortage=EnoughWaitThere(waiting))

    def launch(self, launch: Launch) -> None:
        """Implements `Backend.launch`.

        Raises StartFailed if the disk is not writable, a ServiceError if Ray fails.
        """
        watched = self._watch.of(launch.run_id, launch.attempt)
        with watched.lock:
            if watched.record.was_seen:
                return
            try:
                body = self._body(launch, watched.submission_id)
                watched.prepare()
                watched.trust(body, self._submitted(watched, body))
            except OSError as error:
                raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error
            except BadInput as error:  # no later attempt would change that
                watched.settle(Exited(now_ms(), failure=NotLaunched(error)))

    def poll(self, run_id: str, attempt: int) -> Status:
        """Implements `Backend.poll`."""
        return self._watch.of(run_id, attempt).status_of_wanted()

    def stop(self, run_id: str, attempt: int, by: str | None) -> None:
        """Implements `Backend.stop`; raises StartFailed if the disk is not writable."""
        try:
            self._watch.of(run_id, attempt).keep(is_stopping=True, stopped_by=by)
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error
        self._watch.poll_soon()

    def withdraw(self, run_id: str) -> None:
        """Implements `Backend.withdraw`."""
        self._watch.withdraw(run_id)

    def log(self, run_id: str, attempt: int) -> LogFile:
        """Implements `Backend.log`: a copy, which lags behind by some seconds."""
        self._watch.of(run_id, attempt).log.watch()
        return LogFile(self._log_path(run_id), self._clean)

    def progress_file(self, run_id: str) -> None:
        """Implements `Backend.progress_file`: a program on the cluster only reports progress to MLflow."""

    def has_checkpoint(self, run_id: str) -> bool:
        """Implements `Backend.has_checkpoint`: one in MLflow, since the next node may be another."""
        return self._checkpoints.has(run_id)

    def adopt_checkpoint(self, run_id: str, parent_id: str) -> bool:
        """Implements `Backend.adopt_checkpoint`; raises a ServiceError, or StartFailed."""
        try:
            return self._checkpoints.adopt(run_id, parent_id)
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def check_writable(self) -> None:
        """Implements `Backend.check_writable`."""
        try:
            self._folders.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self._folders / ".room"
            probe.write_bytes(b"\0" * 4096)
            probe.unlink()
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def log_tail(self, run_id: str) -> list[str]:
        """Implements `Backend.log_tail`."""
        return [self._clean(line) for line in last_lines(self._log_path(run_id))]

    def close(self) -> None:
        """Ends polling; running trainings continue."""
        self._watch.close()

    def _watch_unconfirmed(self) -> None:
        """Polls unconfirmed jobs once the queue was read, when the wanted ones are known."""
        if not self._has_watched_unconfirmed:
            self._has_watched_unconfirmed = True
            for run_id, attempt in self._records.unconfirmed():
                self._watch.of(run_id, attempt).mark_unconfirmed()

    def _submitted(self, watched: WatchedJob, body: Mapping[str, Any]) -> Job:
        """Returns the result of a submission: if its answer is unclear, the job itself shows it."""
        try:
            self._jobs.submit(body)
        except ClewError as error:
            watched.mark_unconfirmed()
            job = self._jobs.job(watched.submission_id)
            if job is None:
                raise error
            if job.status == JobStatus.STOPPED:  # stopped by `mark_unconfirmed`, but it is wanted now
                self._jobs.forget(watched.submission_id)
                raise error
            return job
        return Job(submission_id=watched.submission_id, status=JobStatus.PENDING)

    def _body(self, launch: Launch, submission_id: str) -> dict[str, Any]:
        checkpoint = (
            self._checkpoints.newest_for_attempt(launch.run_id, launch.attempt)
            if REQUEST_FILE in launch.command
            else None
        )
        entrypoint = entrypoint_of(launch, self._variables(launch), checkpoint)
        return {
            "submission_id": submission_id,
            "entrypoint": entrypoint.line,
            "entrypoint_num_cpus": launch.needs.slots,
            "entrypoint_num_gpus": launch.needs.gpus,
            "metadata": {"clew_run_id": launch.run_id, "clew_attempt": str(launch.attempt)},
            "runtime_env": {"env_vars": entrypoint.variables},
        }

    def _variables(self, launch: Launch) -> dict[str, str]:
        """Returns the variables without this machine's own: its PATH, its home, its proxies."""
        own = base_environment(os.environ)
        found = {name: text for name, text in launch.environment.items() if own.get(name) != text}
        return found | {_MLFLOW: without_credentials(self._mlflow_address)}

    @property
    def _mlflow_address(self) -> str:
        """MLflow's address for the cluster's nodes."""
        return str(self._settings.mlflow_url or self._settings.tracking_url).rstrip("/")

    def _check_mlflow(self) -> None:
        url = self._mlflow_address
        if leads_to_loopback(url) and not leads_to_loopback(str(self._settings.ray_jobs_url)):
            raise MlflowOutOfReach(origin_of(url))

    def _watched(self, run_id: str, attempt: int) -> WatchedJob:
        known = (self._jobs, self._records, run_id, attempt, self._log_path(run_id))
        return WatchedJob(*known, logged_nothing=self._runs.logged_nothing)

    def _log_path(self, run_id: str) -> Path:
        return self._folders / run_id / LOG
