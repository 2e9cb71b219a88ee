"""The requests that create trainings: start, and fork. Repeating a request creates nothing."""

import uuid
from collections.abc import Callable, Mapping
from typing import Final

from domain.errors.models.changes import RequestIdTaken
from domain.errors.requests import RequestTooLong
from domain.errors.trainings.files import FilesGone
from domain.errors.trainings.forks import AnotherTrainer
from domain.errors.trainings.reasons import NoCheckpoint
from domain.errors.trainings.requests import NotContinuable, QueueFull, TrainingRefused
from domain.trainings.checking import checked
from domain.trainings.fields import Value
from domain.trainings.forking import TrainedLength, fork_misfits
from domain.trainings.requests import ForkRequest, StartRequest
from domain.trainings.trainer import Trainer
from domain.trainings.training import TrainingProgress
from scheduler.backends.backend import Backend, begins_with_checkpoint
from scheduler.queue.dispatcher import Dispatcher
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from scheduler.queue.environment_check import EnvironmentCheck
from scheduler.queue.mlflow_queue import MlflowQueue, NewTraining
from scheduler.queue.queue_tags import MAX_CHARACTERS, request_text
from scheduler.queue.trainers import Trainers, experiment_name, run_name

MAX_WAITING: Final = 1_000


class TrainingStarter:
    """Each method returns the trainings of a request, including those that it had made before."""

    def __init__(
        self,
        entries: Entries,
        queue: MlflowQueue,
        backend: Backend,
        trainers: Trainers,
        dispatcher: Dispatcher,
        environments: EnvironmentCheck,
        progress_of: Callable[[Entry], TrainingProgress | None] = lambda _entry: None,
    ) -> None:
        """Takes `progress_of`, which returns the progress of a training."""
        self._entries = entries
        self._queue = queue
        self._backend = backend
        self._trainers = trainers
        self._dispatcher = dispatcher
        self._environments = environments
        self._progress_of = progress_of

    def start(self, request: StartRequest, by: str | None) -> list[Entry]:
        """Returns a training for each seed.

        Raises TrainingRefused with each invalid field; nothing is started then.
        """
        self._entries.check_read()
        trainer = self._trainers.get(request.trainer)
        runs = checked(trainer, request.filled)
        self._trainers.check_installed(trainer)
        self._environments.check(trainer, runs[0])
        return self._make(trainer, runs, request.request_id, by, None)

    def fork(self, request: ForkRequest, by: str | None) -> list[Entry]:
        """Queues trainings that continue from another one's newest checkpoint, with other values."""
        parent = self._entries.get(request.run_id)
        trainer = self._trainers.get(parent.trainer)
        overriding = request.filled
        if overriding.pop("trainer", parent.trainer) != parent.trainer:
            raise TrainingRefused({"trainer": AnotherTrainer(parent.trainer)})
        runs = checked(trainer, _inherited(trainer, parent.values, overriding) | overriding)
        if trainer.is_built_in and (misfits := fork_misfits(parent.values, runs[0], self._done_by(parent))):
            raise TrainingRefused(dict(misfits))
        if not begins_with_checkpoint(self._backend, parent.run_id):
            raise NotContinuable(NoCheckpoint() if parent.has_files else FilesGone())
        self._trainers.check_installed(trainer)
        self._environments.check(trainer, runs[0])
        return self._make(trainer, runs, request.request_id, by, parent.run_id)

    def _done_by(self, parent: Entry) -> TrainedLength | None:
        progress = self._progress_of(parent)
        return None if progress is None else TrainedLength(progress.episode, progress.steps)

    def _make(
        self, trainer: Trainer, runs: list[dict[str, Value]], request_id: str | None, by: str | None, parent: str | None
    ) -> list[Entry]:
        if max(len(request_text(trainer.name, values)) for values in runs) > MAX_CHARACTERS:
            raise RequestTooLong(MAX_CHARACTERS >> 10)
        self._backend.check_writable()
        known_by = request_id or str(uuid.uuid4())
        made = [
            self._one(_new(trainer, values, f"{known_by}/{number}", by, parent)) for number, values in enumerate(runs)
        ]
        self._dispatcher.wake()
        return made

    def _one(self, new: NewTraining) -> Entry:
        with self._dispatcher.changing:
            known = self._entries.of_request(new.request_id)
            if known is not None:
                if (known.trainer, known.values) != (new.trainer, new.values):
                    raise RequestIdTaken()
                return known
            if len(self._entries.waiting()) >= MAX_WAITING:
                raise QueueFull(MAX_WAITING)
            return self._added(new)

    def _added(self, new: NewTraining) -> Entry:
        entry = self._trainers.completed(self._queue.add(new))
        if new.parent is not None:
            self._backend.adopt_checkpoint(entry.run_id, new.parent)
        self._entries.put(entry)
        return entry


def _inherited(trainer: Trainer, values: Mapping[str, Value], overriding: Mapping[str, object]) -> dict[str, object]:
    """Returns the values inherited from the parent: with another algorithm, only those that both have."""
    both = {**values, **overriding}
    known = {field.name for field in trainer.fields if field.is_for(both)}
    return {name: value for name, value in values.items() if name in known}


def _new(
    trainer: Trainer, values: dict[str, Value], request_id: str, by: str | None, parent: str | None
) -> NewTraining:
    name, experiment = run_name(trainer, values), experiment_name(trainer, values)
    return NewTraining(trainer.name, values, name, experiment, request_id, by, parent)
