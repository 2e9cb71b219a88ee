"""Whether a disk takes anything."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

ROOM_BYTES: Final = 2**20


def take_room(folder: Path) -> None:
    """Makes the folder, and takes some room in it for a moment; raises OSError where there is none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = folder / ".room"
    try:
        with probe.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def looks_full(folder: Path) -> bool:
    """Returns whether there is no such room, as the system counts it: asked each second, so that nothing is written."""
    try:
        found = os.statvfs(folder)
    except OSError:  # not made yet
        return False
    return found.f_bavail * found.f_frsize < ROOM_BYTES
