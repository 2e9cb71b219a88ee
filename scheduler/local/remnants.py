"""Finds processes of a training whose keeper was killed, by their environment, and ends them."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def end_remnants(folder: Path) -> int:
    """Kills the remaining processes of the training in a folder; returns how many there were."""
    found = list(_remnants(folder))
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _remnants(folder: Path) -> Iterator[int]:
    """Yields processes by a unique environment variable, since ids of processes and groups are reused."""
    mark = f"CLEW_RUN_FOLDER={folder}".encode()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):  # it has ended, or is another user's
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    yield int(process.name)
