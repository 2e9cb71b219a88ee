"""Atomic files: written under another name and renamed, and never opened through a link or a pipe."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp"
Content = bytes | memoryview
Stamp = tuple[int, int, int]
"""Inode, time of change in ns and size, which distinguish one version of a file from the next."""


def stamp_of(status: os.stat_result) -> Stamp:
    """Returns the stamp that distinguishes this version of a file from the next."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def stamp_at(path: Path) -> Stamp | None:
    """Returns the stamp of the file at `path`; None where there is none, or it cannot be reached."""
    try:
        return stamp_of(path.lstat())
    except OSError:
        return None


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Opens a regular file to read it; raises `OSError` for anything else.

    A link in the cache may lead to another user's file, and opening a pipe would wait for its writer.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        yield file


def put(path: Path, *content: Content) -> Stamp:
    """Replaces a file atomically by `content` (all its parts), so that a reader sees the old or the new one; raises
    `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)  # the cache may be deleted at any time
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=TEMPORARY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content)
            file.flush()
            stamp = stamp_of(os.fstat(file.fileno()))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return stamp


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
