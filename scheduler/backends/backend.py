"""The interface of a place where trainings run: this machine's slots, or a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from domain.messages import Message
from domain.trainings.training import LogPart


class ResourceRequest(NamedTuple):
    """What a training needs while it runs: slots of TRAINING_SLOTS, or GPUs if it needs any."""

    slots: int = 1
    gpus: int = 0


class GpuCapacity(NamedTuple):
    """GPUs of the place: their number, the ids of the free ones, and why others are taken by other users."""

    there: int
    free: tuple[int, ...] = ()
    shortage: Message | None = None


class Capacity(NamedTuple):
    """The free capacity: `slots` in total and `free_slots`, None if the place has a queue of its own.

    `gpus` is None if no GPUs are requested, or the place assigns them itself.
    """

    slots: int | None
    free_slots: int | None
    gpus: GpuCapacity | None = None
    most: int | None = None
    """The most trainings that may start now, whatever they need, if that is limited; `shortage` is the reason."""
    shortage: Message | None = None


class Launch(NamedTuple):
    """One attempt of a training: a program without a shell, and its environment variables.

    `request` has values for a program that reads them from a file; `checkpoint` is where it continues. `directory`
    None is the place's own choice.
    """

    run_id: str
    attempt: int
    command: Sequence[str]
    environment: Mapping[str, str]
    needs: ResourceRequest
    gpus: tuple[int, ...] = ()
    directory: Path | None = None
    values: Mapping[str, object] = {}


class Pending(NamedTuple):
    """The place has it, but has not started it: the reason, if it gives one."""

    reason: Message | None = None


class Alive(NamedTuple):
    """It runs; `started_ms`, the GPUs and who stops it, as far as they are known."""

    started_ms: int | None = None
    gpus: tuple[int, ...] = ()
    is_stopping: bool = False
    stopped_by: str | None = None


class Exited(NamedTuple):
    """It ended: by an exit code, or `signal`; `failure` is why it could not run, or was killed."""

    at_ms: int
    exit_code: int | None = None
    signal: str | None = None
    failure: Message | None = None
    was_stopped: bool = False
    was_interrupted: bool = False
    """By a shutdown of the machine, not by a user."""
    stopped_by: str | None = None


class Lost(NamedTuple):
    """It ran, but its end was not observed; `by_reboot` if the machine restarted meanwhile."""

    by_reboot: bool = False
    was_stopped: bool = False
    stopped_by: str | None = None


class Absent(NamedTuple):
    """This attempt never started."""


Status = Pending | Alive | Exited | Lost | Absent


class TrainingLog(Protocol):
    """What a training's programs wrote, all attempts in sequence."""

    def part(self, before: int | None, lines: int) -> LogPart:
        """Returns the last `lines` lines before a byte position, or of the whole log."""

    def search(self, text: str, before: int | None) -> "LogSearchResult":
        """Returns the newest lines before a byte position that contain `text`, bounded in number, memory and time."""

    def piece(self, begins: int) -> "LogPiece":
        """Returns a bounded piece from a byte position on, of complete lines if it has any."""

    def whole(self) -> Iterator[bytes]:
        """Returns all of it, in pieces."""


class LogPiece(NamedTuple):
    """A piece of a log, safe to show, and the byte position after it; the log has `size` bytes so far."""

    content: bytes
    ends: int
    size: int


class FoundLine(NamedTuple):
    """A line of a log and its byte position."""

    at: int
    line: str


class LogSearchResult(NamedTuple):
    """The results of a search, newest first; the log before `searched_to` was not searched."""

    lines: list[FoundLine]
    searched_to: int
    size: int


class Backend(Protocol):
    """A place where trainings run. No method blocks for long: `poll` is called several times a second.

    `launch`, `stop`, `room` and `poll` raise a ClewError if the place cannot be reached; the state is unknown then,
    and the call is repeated.
    """

    def room(self, alive: Sequence[tuple[ResourceRequest, tuple[int, ...]]], wants_gpus: bool) -> Capacity:
        """Returns the free capacity next to the running trainings."""

    def launch(self, launch: Launch) -> None:
        """Starts an attempt, only once even if called again for the same one; raises a ClewError if it cannot."""

    def poll(self, run_id: str, attempt: int) -> Status:
        """Returns the state of an attempt."""

    def stop(self, run_id: str, attempt: int, by: str | None) -> None:
        """Asks an attempt to end, and later kills it; returns at once. Repeated calls have no effect."""

    def withdraw(self, run_id: str) -> None:
        """Notes that a waiting training must not run now.

        An attempt whose start was not confirmed ends as soon as it appears.
        """

    def log(self, run_id: str, attempt: int) -> TrainingLog:
        """Returns its log."""

    def progress_file(self, run_id: str) -> Path | None:
        """Returns the program's progress file, if it writes one and the place has files."""

    def has_checkpoint(self, run_id: str) -> bool:
        """Returns whether it can continue from a checkpoint."""

    def adopt_checkpoint(self, run_id: str, parent_id: str) -> bool:
        """Gives a training the newest checkpoint of another one to start from; returns whether it has one now."""

    def check_writable(self) -> None:
        """Raises a ClewError if nothing could be started, for example because the disk is full."""

    def log_tail(self, run_id: str) -> list[str]:
        """Returns the last 50 lines of its log."""

    def close(self) -> None:
        """Ends this process's work for it; running trainings continue."""


def begins_with_checkpoint(backend: Backend, run_id: str) -> bool:
    """Returns whether a training can continue: by its folder, else by MLflow; raises a ClewError."""
    return backend.has_checkpoint(run_id) or backend.adopt_checkpoint(run_id, run_id)
