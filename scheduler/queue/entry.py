"""A training as the scheduler knows it."""

from dataclasses import dataclass, field, replace
from typing import Any

from domain.messages import Message
from domain.trainings.fields import Value
from domain.trainings.training import ALIVE, OVER, WAITING, TrainingState
from scheduler.backends.backend import Needs


@dataclass(frozen=True, slots=True)
class Entry:
    """One training. `recorded` is the state that MLflow was told last; None where it has to be told anew.

    `outcome` is how it ended, `damage` why it must not run; `trainer_reports` whether its program writes its
    progress into a file, `has_files` whether what it wrote is still on this machine, `goes_on` whether it is to go on
    from a checkpoint of its own, and must not begin anew. Times are Unix ms.
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
    needs: Needs = field(default_factory=Needs)
    seed: int | None = None
    trainer_reports: bool = False
    gpus: tuple[int, ...] = ()
    has_checkpoint: bool = False
    has_files: bool = True
    goes_on: bool = False
    log_tail: tuple[str, ...] = ()
    recorded: TrainingState | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it stands in the queue."""
        return self.state in WAITING

    @property
    def waits_there(self) -> bool:
        """Whether it waits where it is to run, and not here any more."""
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
        """Returns the same with other values; a change of state has to be told."""
        return replace(self, **changes)
