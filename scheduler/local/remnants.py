"""Processes of a training whose keeper was killed: they are found by their environment, and ended."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def end_remnants(folder: Path) -> int:
    """Kills what is left of the training in a folder; returns how many processes that were."""
    found = list(_remnants(folder))
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _remnants(folder: Path) -> Iterator[int]:
    """Yields processes by a variable that nothing else has: numbers of processes and groups are given anew."""
    mark = f"CLEW_RUN_FOLDER={folder}".encode()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):  # it has ended, or is not ours
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    yield int(process.name)
