"""The identity of this watcher: an id on disk, and a lock that keeps a second process from using it."""

import uuid
from pathlib import Path
from typing import Final, NamedTuple

from filelock import FileLock, Timeout

_PATIENCE_SECONDS: Final = 5.0


class AlreadyWatching(Exception):
    """Another watcher uses this STATE_DIR."""


class Identity(NamedTuple):
    """The watcher's id, and the lock that is held until the process ends."""

    id: str
    lock: FileLock


def take_identity(folder: Path) -> Identity:
    """Takes the lock, waiting some seconds for a watcher that is just ending; raises AlreadyWatching, or OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=_PATIENCE_SECONDS)
    except Timeout as error:
        raise AlreadyWatching(f"Another watcher runs on {folder}; stop it, or set another STATE_DIR.") from error
    file = folder / "id"
    try:
        kept = str(uuid.UUID(file.read_text().strip()))
    except (OSError, ValueError):  # there is none yet, or it was not written completely
        kept = str(uuid.uuid4())
        file.write_text(kept)
    return Identity(kept, lock)
