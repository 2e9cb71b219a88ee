"""The folder of one training on this machine: its lock, its records, its checkpoints."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
_MAX_RECORD_BYTES: Final = 2**20


class StartedRecord(BaseModel):
    """Written by the keeper before it starts the program, and again afterwards."""

    attempt: int
    keeper_pid: int
    program_pid: int | None = None
    boot_id: str
    at_ms: int
    gpus: tuple[int, ...] = ()


class StopRecord(BaseModel):
    """Written by the scheduler, for the keeper and for a later scheduler."""

    by: str | None = None


class ExitRecord(BaseModel):
    """Written by the keeper when the program has ended."""

    attempt: int
    at_ms: int
    exit_code: int | None = None
    signal: str | None = None
    failure: str | None = None
    is_out_of_memory: bool = False
    is_disk_full: bool = False
    was_stopped: bool = False
    was_interrupted: bool = False
    tail: list[str] = []


class RunFolder:
    """The files of one training; while the lock is held, its keeper is alive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log.txt"
        self.stop = path / "stop"
        self.progress = path / "progress.jsonl"
        self.request = path / "request.json"
        self._checkpoints = path / "checkpoint"

    @property
    def started(self) -> StartedRecord | None:
        """The keeper's first record."""
        return _read(self.path / "started.json", StartedRecord)

    @property
    def exit(self) -> ExitRecord | None:
        """The keeper's last record."""
        return _read(self.path / "exit.json", ExitRecord)

    @property
    def stopped_by(self) -> str | None:
        """Who asked it to stop, if that happened and is known."""
        record = _read(self.stop, StopRecord)
        return None if record is None else record.by

    @property
    def is_locked(self) -> bool:
        """Whether its keeper is alive."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    @contextmanager
    def locked(self) -> Iterator[int | None]:
        """Takes the lock, and yields its descriptor, to be passed on; None if another process holds it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor if _takes(descriptor) else None
        finally:
            os.close(descriptor)

    def write(self, name: str, record: Any) -> None:
        """Writes a JSON file atomically; raises OSError."""
        new = self.path / f"{name}.new"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(record))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path / name)

    def forget_the_last_attempt(self) -> None:
        """Removes files of an earlier attempt that would be taken for the next one's."""
        for name in ("started.json", "exit.json", "stop", "alive"):
            (self.path / name).unlink(missing_ok=True)

    @property
    def checkpoint(self) -> Path | None:
        """The newest complete checkpoint."""
        try:
            found = [one for one in self._checkpoints.iterdir() if one.name.isdigit() and one.is_dir()]
        except OSError:
            return None
        return max(found, key=lambda one: int(one.name), default=None)

    def take_checkpoint_of(self, parent: "RunFolder") -> bool:
        """Copies the newest checkpoint of another training; returns whether there is one now."""
        if self.checkpoint is None and (theirs := parent.checkpoint) is not None:
            self._checkpoints.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = self._checkpoints / "new"
            shutil.rmtree(new, ignore_errors=True)
            with suppress(FileNotFoundError):  # the parent still trains, and has just removed its older one
                shutil.copytree(theirs, new, copy_function=_linked)
                new.rename(self._checkpoints / theirs.name)
        return self.checkpoint is not None


def _takes(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _linked(source: str, target: str) -> None:
    """Links a checkpoint, which never changes once it is complete, so that two trainings share its bytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _read(path: Path, shape: type[M]) -> M | None:
    """Returns a record; None if there is none, or it is invalid."""
    try:
        with path.open("rb") as file:
            return shape.model_validate_json(file.read(_MAX_RECORD_BYTES))
    except (OSError, ValidationError):
        return None
