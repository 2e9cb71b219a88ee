"""Starts a training: checks it again, records the start in MLflow, and launches it."""

import time
from collections.abc import Callable, Mapping

from domain.errors import ClewError
from domain.errors.trainings.reasons import NoCheckpoint, NotLaunched
from domain.message_data import MessageData
from domain.messages import Message
from domain.trainings.trainer import Trainer
from domain.trainings.training import TrainingState
from scheduler.backends.backend import Backend, Launch, begins_with_checkpoint
from scheduler.queue.entry import Entry
from scheduler.queue.mlflow_queue import MlflowQueue
from scheduler.queue.planning import Chosen
from scheduler.queue.trainers import Trainers, command_of


class Launcher:
    """Launches trainings; `environment` are the variables of a run's program besides those in its trainer's file."""

    def __init__(
        self,
        queue: MlflowQueue,
        backend: Backend,
        trainers: Trainers,
        environment: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._queue = queue
        self._backend = backend
        self._trainers = trainers
        self._environment = environment

    def recheck(self, entry: Entry) -> Entry | None:
        """Returns the training's current state in MLflow.

        None if its run was deleted. One that must not run is FAILED.
        """
        stored = self._queue.get(entry.run_id)
        if stored is None:
            return None
        known = entry.but(
            trainer=stored.trainer, values=stored.values, damage=stored.damage, state=stored.state, place=stored.place
        )
        known = self._trainers.completed(known)
        if stored.is_alive:  # its start was recorded, but it was not launched
            known = known.but(state=TrainingState.QUEUED)
        reason = self._refusal_reason(known) if known.is_waiting else None
        return known if reason is None else failed(known, reason)

    def launch(self, chosen: Chosen) -> Entry:
        """Starts the next attempt; raises a ClewError if MLflow or the place refuses."""
        entry = chosen.entry
        trainer = self._trainers.get(entry.trainer)
        starting = entry.but(
            state=TrainingState.STARTING,
            attempt=entry.attempt + 1,
            started_ms=time.time_ns() // 1_000_000,
            gpus=chosen.gpus,
        )
        self._queue.record(starting)
        self._backend.launch(self._launch_of(starting, trainer))
        return starting.but(recorded=TrainingState.STARTING)

    def _launch_of(self, entry: Entry, trainer: Trainer) -> Launch:
        values = self._trainers.checked_again(entry)
        # The owner for the GPU monitor: all trainings run as the scheduler's user.
        owner = {} if entry.by is None else {"CLEW_TRAINING_OWNER": entry.by}
        environment = {**self._environment(entry.run_id), **owner, **self._trainers.environment(trainer, values)}
        return Launch(
            run_id=entry.run_id,
            attempt=entry.attempt,
            command=command_of(trainer, values),
            environment=environment,
            needs=entry.needs,
            gpus=entry.gpus,
            directory=self._trainers.directory(trainer),
            values=values,
        )

    def _refusal_reason(self, entry: Entry) -> Message | None:
        if (damage := self._trainers.damage_of(entry)) is not None:
            return damage
        try:
            self._trainers.check_installed(self._trainers.get(entry.trainer))
            if entry.parent is not None and not self._backend.adopt_checkpoint(entry.run_id, entry.parent):
                return NotLaunched(NoCheckpoint())
        except ClewError as error:
            return NotLaunched(error)
        if entry.is_continuation and not begins_with_checkpoint(self._backend, entry.run_id):
            return NotLaunched(NoCheckpoint())
        return None


def failed(entry: Entry, reason: Message) -> Entry:
    """Returns a training that ended before it started."""
    now = time.time_ns() // 1_000_000
    return entry.but(state=TrainingState.FAILED, ended_ms=now, outcome=MessageData.of(reason), recorded=None)
