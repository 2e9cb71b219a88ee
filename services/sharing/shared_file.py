"""A value that the workers of one host share through a file: written whole or not at all, read when it changed."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TextIO, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")
_LOCK_POLL_SECONDS = 0.05


def cache_folder(root: Path, address: str) -> Path:
    """The folder under `root` for what was read from `address`; two servers never share one."""
    folder = root / hashlib.sha256(address.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class SharedFile(Generic[T]):
    """One value of `shape` in `path`, as JSON."""

    def __init__(self, path: Path, shape: TypeAdapter[T]) -> None:
        self._path = path
        self._shape = shape
        self._stamp: tuple[int, int] | None = None
        self._value: T | None = None

    def read(self) -> T | None:
        """The newest value; None when there is none yet, or it cannot be read or is damaged: as good as absent."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._stamp:
                self._value = self._shape.validate_json(self._path.read_bytes())
                self._stamp = stamp
        except (OSError, ValidationError):
            return None
        return self._value

    def write(self, value: T) -> None:
        """Puts `value` in place; raises `OSError`."""
        put(self._path, self._shape.dump_json(value))


def put(path: Path, content: bytes) -> None:
    """Puts `content` in place at once: a reader sees the former one or this one. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)  # the cache may be deleted at any time
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def host_lock(path: Path, wait_seconds: float = 0) -> Iterator[bool]:
    """Tries the host-wide lock at `path` for `wait_seconds`; yields whether it was won. A crash lets go of it."""
    ends = time.monotonic() + wait_seconds
    path.parent.mkdir(parents=True, exist_ok=True)  # the cache may be deleted at any time
    # Opened at each use, hence after gunicorn's fork: a descriptor from before it would share one lock.
    with path.open("w") as file:
        while not (won := _try_lock(file)) and time.monotonic() < ends:
            time.sleep(_LOCK_POLL_SECONDS)
        yield won


def _try_lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
