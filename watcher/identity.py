"""Who this watcher is: an id that it keeps, and a lock by which nobody else is the same at the same time."""

import uuid
from pathlib import Path
from typing import Final, NamedTuple

from filelock import FileLock, Timeout

_PATIENCE_SECONDS: Final = 5.0


class AlreadyWatching(Exception):
    """Another watcher has this STATE_DIR."""


class Identity(NamedTuple):
    """The watcher's id, and the lock that is held until the process ends."""

    id: str
    lock: FileLock


def take_identity(folder: Path) -> Identity:
    """Waits some seconds for a watcher that is just ending; raises AlreadyWatching, or OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=_PATIENCE_SECONDS)
    except Timeout as error:
        raise AlreadyWatching(f"Another watcher runs on {folder}; stop it, or set another STATE_DIR.") from error
    file = folder / "id"
    try:
        kept = str(uuid.UUID(file.read_text().strip()))
    except (OSError, ValueError):  # none yet, or half of one
        kept = str(uuid.uuid4())
        file.write_text(kept)
    return Identity(kept, lock)
