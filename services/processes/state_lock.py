"""Allows one launch at a time on one STATE_DIR, as two MLflow servers would corrupt one database."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FILE: Final = "launch.lock"
_MAX_BYTES: Final = 1000


class AlreadyLaunched(Exception):
    """Another launch holds the folder; the text names it."""


@contextlib.contextmanager
def state_lock(state_dir: Path, address: str) -> Iterator[None]:
    """Locks `state_dir` for a launch at `address`; raises AlreadyLaunched, or OSError where it cannot be written.

    The kernel releases the lock when this process ends, in whatever way: a leftover file does no harm.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state_dir / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        _take(descriptor, state_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, at {address}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, state_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        first = os.pread(descriptor, _MAX_BYTES, 0).decode(errors="replace") or "it is just starting"
        raise AlreadyLaunched(
            f"Another Clew runs on STATE_DIR={state_dir} ({first}); stop it, or set another STATE_DIR."
        ) from error
