"""A place where trainings run: this machine's slots, or a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from domain.messages import Message
from domain.trainings.training import LogPart


class Needs(NamedTuple):
    """What a training takes while it runs: slots of TRAINING_SLOTS, or GPUs where it needs any."""

    slots: int = 1
    gpus: int = 0


class GpuRoom(NamedTuple):
    """GPUs of the place: how many there are, the ids of the free ones, and why others are taken, if by strangers."""

    there: int
    free: tuple[int, ...] = ()
    hindrance: Message | None = None


class Room(NamedTuple):
    """How much fits in now: `slots` in all and `free_slots`, None where the place itself queues what is more.

    `gpus` is None where no GPUs are asked for, or the place itself hands them out.
    """

    slots: int | None
    free_slots: int | None
    gpus: GpuRoom | None = None
    most: int | None = None
    """So many may begin now, whatever they need, where that is limited; `hindrance` is why no more."""
    hindrance: Message | None = None


class Launch(NamedTuple):
    """One attempt of a training: a program without a shell, and all that it finds in its environment.

    Values stand in `request` for the program that reads them from a file; `checkpoint` is where it goes on from.
    `directory` None is the place's own choice.
    """

    run_id: str
    attempt: int
    command: Sequence[str]
    environment: Mapping[str, str]
    needs: Needs
    gpus: tuple[int, ...] = ()
    directory: Path | None = None
    values: Mapping[str, object] = {}


class Pending(NamedTuple):
    """The place has it and has not begun: why, where it says so."""

    reason: Message | None = None


class Alive(NamedTuple):
    """It runs; `started_ms`, the GPUs and who stops it as far as they are known."""

    started_ms: int | None = None
    gpus: tuple[int, ...] = ()
    is_stopping: bool = False
    stopped_by: str | None = None


class Exited(NamedTuple):
    """It ended: by an exit code, or `signal`; `failure` says why it could not be run, or what it died of."""

    at_ms: int
    exit_code: int | None = None
    signal: str | None = None
    failure: Message | None = None
    was_stopped: bool = False
    was_interrupted: bool = False
    """By the end of the machine, not by a person."""
    stopped_by: str | None = None


class Lost(NamedTuple):
    """It ran, and nobody saw it end; `by_reboot` where the machine went down meanwhile."""

    by_reboot: bool = False
    was_stopped: bool = False
    stopped_by: str | None = None


class Absent(NamedTuple):
    """This attempt was never begun."""


Status = Pending | Alive | Exited | Lost | Absent


class TrainingLog(Protocol):
    """What a training's programs wrote, all attempts after each other."""

    def part(self, before: int | None, lines: int) -> LogPart:
        """Returns the last `lines` lines before a byte, or of all."""

    def search(self, text: str, before: int | None) -> "Found":
        """Returns the newest lines before a byte that hold `text`, bounded in number, memory and time."""

    def piece(self, begins: int) -> "LogPiece":
        """Returns a bounded piece from a byte on, of whole lines where it has any."""

    def whole(self) -> Iterator[bytes]:
        """Returns all of it, in pieces."""


class LogPiece(NamedTuple):
    """Some of a log as it may be shown, and the byte at which what follows begins; the log has `size` bytes by now."""

    content: bytes
    ends: int
    size: int


class FoundLine(NamedTuple):
    """A line of a log and the byte at which it begins."""

    at: int
    line: str


class Found(NamedTuple):
    """What a search found, the newest first; before `searched_to` nothing was looked at."""

    lines: list[FoundLine]
    searched_to: int
    size: int


class Backend(Protocol):
    """The place. Nothing here waits long: `poll` is asked several times a second.

    `launch`, `stop`, `room` and `poll` raise a ClewError where the place cannot be reached; then nothing is known, and
    the same is asked again.
    """

    def room(self, alive: Sequence[tuple[Needs, tuple[int, ...]]], wants_gpus: bool) -> Room:
        """Returns how much fits in beside those that run."""

    def launch(self, launch: Launch) -> None:
        """Begins an attempt, once, however often it is asked for the same one; raises a ClewError where it cannot."""

    def poll(self, run_id: str, attempt: int) -> Status:
        """Returns what an attempt does."""

    def stop(self, run_id: str, attempt: int, by: str | None) -> None:
        """Asks an attempt to end, soon and then by force; returns at once. Asking again does nothing."""

    def withdraw(self, run_id: str) -> None:
        """Says that a training that waits is not to run now: what a lost answer hid of it ends as soon as it shows."""

    def log(self, run_id: str, attempt: int) -> TrainingLog:
        """Returns what it wrote."""

    def progress_file(self, run_id: str) -> Path | None:
        """Returns where the program writes its progress, if it does and the place has files."""

    def has_checkpoint(self, run_id: str) -> bool:
        """Returns whether it can go on from where it was."""

    def adopt_checkpoint(self, run_id: str, parent_id: str) -> bool:
        """Gives a training the newest checkpoint of another to begin with; returns whether it has one now."""

    def check_writable(self) -> None:
        """Raises a ClewError where nothing could be begun, for its disk is full, say."""

    def log_tail(self, run_id: str) -> list[str]:
        """Returns the last 50 lines of its log."""

    def close(self) -> None:
        """Ends what this process does for it; what trains trains on."""


def begins_with_checkpoint(backend: Backend, run_id: str) -> bool:
    """Returns whether a training can go on: by what its folder has, else MLflow; raises a ClewError."""
    return backend.has_checkpoint(run_id) or backend.adopt_checkpoint(run_id, run_id)
