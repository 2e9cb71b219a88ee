"""The trainings and trainers as every page shows them, from the scheduler's last answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.errors.names import TRAINING_SCHEDULER
from domain.tracking.runs import BadRow
from domain.trainings.answers import TrainingList
from domain.trainings.built_in import built_in_trainers
from domain.trainings.trainer import OfferedTrainer
from services.failures import Failure
from services.sharing.reading import Reading
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.trainings.scheduler_client import SchedulerClient

_QUEUE_SECONDS: Final = 0.8  # changes appear within 3 s: pages poll every second, and get what was read last
_TRAINERS_SECONDS: Final = 30.0


class KnownTrainings(BaseModel):
    """The scheduler's list of trainings."""

    model_config = ConfigDict(frozen=True)

    listed: TrainingList
    bad_rows: list[BadRow] = []


class QueueView(BaseModel):
    """What is known now: the trainings (None before the first answer), as of when, and the last failure."""

    model_config = ConfigDict(frozen=True)

    known: KnownTrainings | None = None
    as_of: datetime | None = None
    failure: Failure | None = None


class TrainersView(BaseModel):
    """The known trainers, and the last failure."""

    model_config = ConfigDict(frozen=True)

    trainers: list[OfferedTrainer]
    failure: Failure | None = None

    def named(self, name: str | None) -> OfferedTrainer | None:
        """Returns the trainer of this name; without a name the first."""
        return self.trainers[0] if name is None else next((one for one in self.trainers if one.name == name), None)


class TrainingSnapshots:
    """What the workers of this host know of one scheduler."""

    def __init__(self, client: SchedulerClient, folder: Path) -> None:
        self._client = client
        self._queue = Snapshot(
            folder,
            "trainings",
            JsonForm(TypeAdapter(KnownTrainings)),
            self._read_queue,
            service=TRAINING_SCHEDULER,
            due_after=timedelta(seconds=_QUEUE_SECONDS),
        )
        self._trainers = Snapshot(
            folder,
            "trainers",
            JsonForm(TypeAdapter(list[OfferedTrainer])),
            lambda _known: client.trainers().trainers,
            service=TRAINING_SCHEDULER,
            due_after=timedelta(seconds=_TRAINERS_SECONDS),
        )

    def queue(self, wait_seconds: float = 0.0, max_age: timedelta = timedelta.max) -> QueueView:
        """Returns the known trainings at once; waits up to `wait_seconds` if there are none, or if the scheduler was
        last asked longer than `max_age` ago.
        """
        return _shown(self._queue.view(wait_seconds, lambda known: known.is_empty or _is_older(known, max_age)))

    def refreshed_queue(self, wait_seconds: float) -> QueueView:
        """Reads the trainings again, after a user changed something."""
        return _shown(self._queue.refreshed(wait_seconds))

    def trainers(self, wait_seconds: float = 0.0) -> TrainersView:
        """Returns the trainers; before the first answer, the built-in ones."""
        known = self._trainers.view(wait_seconds)
        built_in = [OfferedTrainer.model_validate(one.model_dump()) for one in built_in_trainers()]
        return TrainersView(trainers=known.value or built_in, failure=known.failure)

    def _read_queue(self, known: Reading[KnownTrainings]) -> KnownTrainings:
        listed, bad = self._client.trainings()
        found = KnownTrainings(listed=listed, bad_rows=bad)
        # An identical object need not be written again.
        return known.value if known.value is not None and known.value == found else found


def _shown(known: Reading[KnownTrainings]) -> QueueView:
    return QueueView(known=known.value, as_of=known.as_of, failure=known.failure)


def _is_older(known: Reading[KnownTrainings], max_age: timedelta) -> bool:
    return known.attempt is not None and datetime.now(UTC) - known.attempt.ended_at > max_age
