"""Connects the parts of the scheduler; provides the operations behind its routes."""

import os
import time
from collections.abc import Mapping, Sequence
from functools import partial

from domain.secrets import without_secrets
from domain.trainings.answers import TrainingList
from domain.trainings.training import Training, TrainingMessage
from environments.known import KnownEnvironments
from mlflow_api.client import MlflowApi
from mlflow_api.histories.metrics import MetricsApi
from mlflow_api.run_writes import RunWrites
from scheduler.backends.backend import Backend, TrainingLog
from scheduler.backends.checkpoints import Checkpoints
from scheduler.live.describing import describe_training, places
from scheduler.live.logged_progress import LoggedProgress
from scheduler.live.progress_book import ProgressBook
from scheduler.live.viewers import Viewers
from scheduler.local.environment import base_environment, tracking_environment
from scheduler.local.gpus import Gpus
from scheduler.local.local_backend import LocalBackend
from scheduler.local.run_folders import RunFolders
from scheduler.past_trainings import PastTrainings
from scheduler.queue.actions import QueueActions
from scheduler.queue.dispatcher import Dispatcher
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.environment_check import EnvironmentCheck
from scheduler.queue.launching import Launcher
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.reading import QueueReader
from scheduler.queue.requests import TrainingStarter
from scheduler.queue.trainers import Trainers
from scheduler.queue.watch import BackendPoller
from scheduler.ray_jobs.ray_backend import RayBackend
from scheduler.settings import SchedulerSettings, trainers_in

_SHOWN_LINES = 200
_STARTS_WITHIN_SECONDS = 1.0


class Scheduler:
    """The whole scheduler; `start` starts its threads, `stop` ends them, but no training."""

    def __init__(self, settings: SchedulerSettings, scheduler_id: str) -> None:
        self.id = scheduler_id
        self._settings = settings
        mlflow = MlflowApi.from_settings(settings)
        runs = RunWrites(mlflow)
        file = settings.trainings_file
        self.trainers = Trainers(
            [] if file is None else trainers_in(file),
            file and file.absolute().parent,
            _read_by_ours(settings),
        )
        self.entries = Entries()
        gpus = Gpus(settings.gpu_monitors)
        hide = partial(without_secrets, secrets=settings.secrets)
        folders = settings.folder / "runs"
        stored = Checkpoints(runs, folders)
        self.backend: Backend = LocalBackend(settings, gpus.room, gpus.name, hide, stored)
        if settings.ray_jobs_url is not None:
            self.backend = RayBackend(settings, folders, runs, hide)
        queue = MlflowQueue(runs, scheduler_id, settings.machine)
        metrics, vocabulary = MetricsApi(mlflow), settings.vocabulary
        self._book = ProgressBook(
            self.backend.progress_file, lambda run_id: LoggedProgress(run_id, runs, metrics, vocabulary)
        )
        launching = Launcher(queue, self.backend, self.trainers, self._environment)
        reading = QueueReader(self.entries, queue, self.backend, self.trainers)
        self.dispatcher = Dispatcher(self.entries, queue, self.backend, reading, launching)
        self._watch = BackendPoller(
            self.entries, self.backend, self.dispatcher, self._book.has_begun, may_restart=settings.training_restart
        )
        # A cluster's machines have packages of their own, so this check is left to the training.
        self._environments = (
            None if settings.ray_jobs_url is not None else KnownEnvironments.read(settings.environments_file)
        )
        check = EnvironmentCheck(self._environments)
        kept = RunFolders(folders, settings.training_files_max_bytes)
        self._past = PastTrainings(self.entries, self.dispatcher, kept, stored)
        self.requests = TrainingStarter(
            self.entries, queue, self.backend, self.trainers, self.dispatcher, check, self._book.progress
        )
        self.actions = QueueActions(self.entries, queue, self.backend, self.dispatcher, self._book.forget)
        self.viewers = Viewers(self.entries, self._book, self.training_message)

    def start(self) -> None:
        """Starts the threads."""
        self.dispatcher.start()
        self._watch.start()
        self.viewers.start()
        self._past.start()

    def stop(self) -> None:
        """Stops the threads; trainings continue."""
        self._past.stop()
        self.viewers.stop()
        self._watch.stop()
        self.dispatcher.stop()
        self.backend.close()
        if self._environments is not None:
            self._environments.close()

    def training(self, run_id: str) -> Training:
        """Returns one training; raises NoSuchTraining."""
        entry = self.entries.get(run_id)
        self._book.watch(entry)
        return self._described(entry, places(self.entries).get(run_id))

    def trainings(self) -> TrainingList:
        """Returns running trainings, queued ones in their order, then ended ones, newest first."""
        self.entries.check_read()
        place = places(self.entries)
        alive = self.entries.alive()
        for entry in alive:
            self._book.watch(entry)
        listed = [*alive, *self.entries.waiting(), *self.entries.over()]
        return TrainingList(
            trainings=[
                self._described(entry, place.get(entry.run_id), with_progress=entry.is_alive) for entry in listed
            ],
            slots=self.slots,
            busy=self.busy,
            scheduler=self.id,
            host=self._settings.machine,
        )

    @property
    def slots(self) -> int:
        """The number of slots; none if a cluster has its own."""
        return 0 if self._settings.ray_jobs_url is not None else self._settings.training_slots

    @property
    def busy(self) -> int:
        """The number of slots in use."""
        return sum(entry.needs.slots for entry in self.entries.alive() if not entry.needs.gpus)

    def log(self, run_id: str) -> TrainingLog:
        """Returns a training's log; raises NoSuchTraining."""
        return self.backend.log(run_id, self.entries.get(run_id).attempt)

    def training_message(self, entry: Entry) -> TrainingMessage:
        """Returns everything that the page of a training shows."""
        training = self._described(entry, places(self.entries).get(entry.run_id) if entry.is_waiting else None)
        part = self.backend.log(entry.run_id, entry.attempt).part(None, _SHOWN_LINES)
        return TrainingMessage(training=training, curves=self._book.curves(entry), log=part)

    def place(self, run_id: str) -> int | None:
        """Returns a training's place in the queue."""
        return places(self.entries).get(run_id)

    def wait_for_starts(self, run_ids: Sequence[str]) -> set[str]:
        """Returns which of these start at once; waits only as long as a reader may wait after a click."""
        deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
        while waiting := [run_id for run_id in run_ids if self._is_waiting(run_id)]:
            if waiting[0] in self.dispatcher.reasons or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        return set(run_ids) - set(waiting)

    def _is_waiting(self, run_id: str) -> bool:
        entry = self.entries.find(run_id)
        return entry is not None and entry.is_waiting

    def _described(self, entry: Entry, place: int | None, *, with_progress: bool = True) -> Training:
        progress = self._book.progress(entry) if with_progress and entry.attempt else None
        is_unavailable = self.dispatcher.trouble is not None
        reasons = {**self.dispatcher.reasons, **self._watch.reasons}
        return describe_training(
            entry, place, reasons, progress, self._settings.machine, is_mlflow_unavailable=is_unavailable
        )

    def _environment(self, run_id: str) -> Mapping[str, str]:
        return {**base_environment(os.environ), **tracking_environment(self._settings, run_id)}


def _read_by_ours(settings: SchedulerSettings) -> dict[str, str]:
    """Returns the settings that Clew's own trainers read."""
    file = settings.environments_file
    own = {} if file is None else {"ENVIRONMENTS_FILE": str(file.absolute())}
    return {"MODEL_NAME": settings.model_name, "LOG_LEVEL": settings.log_level, **own}
