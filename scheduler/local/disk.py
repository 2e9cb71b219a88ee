"""Checks whether a disk can be written to."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

PROBE_BYTES: Final = 2**20


def check_free_space(folder: Path) -> None:
    """Creates the folder, and allocates some space in it for a moment; raises OSError if that fails."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = folder / ".room"
    try:
        with probe.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, PROBE_BYTES)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def is_nearly_full(folder: Path) -> bool:
    """Returns whether the file system reports too little space; called each second, so nothing is written."""
    try:
        found = os.statvfs(folder)
    except OSError:  # not created yet
        return False
    return found.f_bavail * found.f_frsize < PROBE_BYTES
