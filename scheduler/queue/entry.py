"""A training in the scheduler's memory."""

from dataclasses import dataclass, field, replace
from typing import Any

from domain.messages import Message
from domain.trainings.fields import Value
from domain.trainings.training import ALIVE, OVER, WAITING, TrainingState
from scheduler.backends.backend import ResourceRequest


@dataclass(frozen=True, slots=True)
class Entry:
    """One training. `recorded` is the last state written to MLflow; None if it has to be written again.

    `outcome` is how it ended, `damage` why it must not run; `trainer_reports` whether its program writes a progress
    file, `has_files` whether its files are still on this machine, `is_continuation` whether it has to continue from a
    checkpoint of its own instead of starting over. Times are Unix ms.
    """

    run_id: str
    name: str
    experiment: str
    trainer: str
    values: dict[str, Value]
    state: TrainingState
    place: float
    asked_ms: int
    request_id: str = ""
    by: str | None = None
    attempt: int = 0
    parent: str | None = None
    stopped_by: str | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    exit_code: int | None = None
    outcome: Any = None
    damage: Message | None = None
    needs: ResourceRequest = field(default_factory=ResourceRequest)
    seed: int | None = None
    trainer_reports: bool = False
    gpus: tuple[int, ...] = ()
    has_checkpoint: bool = False
    has_files: bool = True
    is_continuation: bool = False
    log_tail: tuple[str, ...] = ()
    recorded: TrainingState | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is in the queue."""
        return self.state in WAITING

    @property
    def waits_in_backend(self) -> bool:
        """Whether it waits at the place where it is to run, instead of here."""
        return self.state is TrainingState.STARTING and self.started_ms is None

    @property
    def is_alive(self) -> bool:
        """Whether its program runs, or is being started."""
        return self.state in ALIVE

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state in OVER

    def but(self, **changes: Any) -> "Entry":
        """Returns a copy with other values; a changed state has to be recorded."""
        return replace(self, **changes)
