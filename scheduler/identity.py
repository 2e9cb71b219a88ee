"""The identity of this scheduler: an id on disk, and a lock that keeps a second process from using it."""

import fcntl
import os
import time
import uuid
from pathlib import Path
from typing import Final

_MAX_BYTES: Final = 1_000
_PATIENCE_SECONDS: Final = 5.0


class AlreadyScheduling(Exception):
    """Another scheduler uses this STATE_DIR; the message names it."""


def take_identity(folder: Path) -> tuple[str, int]:
    """Returns the scheduler's id, and the descriptor of its lock, which lasts until all processes that hold it have
    ended.

    Waits some seconds for a scheduler that is just ending. Raises AlreadyScheduling, or OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "id", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _take(descriptor, folder)
        return _read(descriptor), descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _take(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise AlreadyScheduling(
                    f"Another scheduler runs on {folder}; stop it, or set another STATE_DIR."
                ) from error
            time.sleep(0.1)
        else:
            return


def _read(descriptor: int) -> str:
    kept = os.pread(descriptor, _MAX_BYTES, 0).decode(errors="replace").strip()
    try:
        return str(uuid.UUID(kept))
    except ValueError:  # there is none yet, or it was not written completely
        made = str(uuid.uuid4())
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, made.encode(), 0)
        os.fsync(descriptor)
        return made
