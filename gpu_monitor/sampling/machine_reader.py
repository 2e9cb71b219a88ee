"""Reads the machine besides its GPUs: its processors, its memory, and the disk of a folder."""

import threading
import time
from pathlib import Path
from typing import Final

import psutil

from domain.errors.gpus.answers import DiskSilent, DiskUnreadable
from domain.gpus import Disk, Machine
from domain.message_data import coded
from domain.messages import Text

_MIB: Final = 2**20
_DISK_EACH_SECONDS: Final = 15.0
_DISK_SILENT_SECONDS: Final = 45.0


class MachineReader:
    """Reads without blocking: a thread of its own queries the disk, since a network file system may never answer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._disk: Disk | None = None
        self._requested_at = time.monotonic()
        self._stopping = threading.Event()
        psutil.cpu_percent()  # psutil counts from the first call on

    def start(self) -> None:
        """Starts the thread that queries the disk."""
        threading.Thread(target=self._watch_disk, name="disk", daemon=True).start()

    def stop(self) -> None:
        """Stops that thread; returns at once."""
        self._stopping.set()

    def read(self) -> Machine:
        """Returns the machine now; for one caller only, since processor use is counted from one call to the next."""
        memory = psutil.virtual_memory()
        return Machine(
            cpu=min(100.0, max(0.0, psutil.cpu_percent())),
            cpus=psutil.cpu_count(),
            memory_used=(memory.total - memory.available) / _MIB,
            memory_total=memory.total / _MIB,
            disk=self._known_disk(),
        )

    def _known_disk(self) -> Disk | None:
        silent = time.monotonic() - self._requested_at
        if silent < _DISK_SILENT_SECONDS:
            return self._disk
        return Disk(path=str(self._folder), **coded(DiskSilent(round(silent)), "error"))

    def _watch_disk(self) -> None:
        while not self._stopping.is_set():
            self._disk = _disk(self._folder)
            self._requested_at = time.monotonic()
            self._stopping.wait(_DISK_EACH_SECONDS)
            self._requested_at = time.monotonic()


def _disk(folder: Path) -> Disk:
    """Reads the disk of a folder; if the folder does not exist yet, the disk on which it would be created."""
    try:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        found = psutil.disk_usage(str(there))
    except OSError as error:
        return Disk(path=str(folder), **coded(DiskUnreadable(Text(error.strerror or error)), "error"))
    return Disk(path=str(folder), used=found.used / _MIB, free=found.free / _MIB, total=found.total / _MIB)
