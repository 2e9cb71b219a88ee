"""Keeps a folder of cache files below a size, by deleting the least recently used, whichever worker used them."""

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from services.sharing.atomic_file import TEMPORARY
from services.sharing.host_lock import host_lock

_FULL_TO = 0.9
_STALE_SECONDS = 600.0
log = logging.getLogger(__name__)


class Quota:
    """Limits the files `*<suffix>` of `folder` to `max_bytes` in all, and removes old `*.tmp` files."""

    def __init__(self, folder: Path, suffix: str, max_bytes: int) -> None:
        self._folder = folder
        self._suffix = suffix
        self._max_bytes = max_bytes
        # The first write triggers a sweep of the whole folder, which removes what a crash left behind.
        self._written = max_bytes

    def wrote(self, size: int) -> None:
        """Counts `size` bytes; sweeps the folder once this process wrote a sixteenth of the limit."""
        self._written += size
        if self._written < self._max_bytes / 16:
            return
        self._written = 0
        with contextlib.suppress(OSError), host_lock(self._folder / "quota.lock") as won:
            if won:
                self._sweep()

    def _sweep(self) -> None:
        kept: list[tuple[int, int, Path]] = []
        for path, status in self._files():
            if path.suffix == self._suffix:
                kept.append((status.st_atime_ns, status.st_blocks * 512, path))
            elif path.suffix == TEMPORARY and time.time() - status.st_mtime > _STALE_SECONDS:
                path.unlink(missing_ok=True)
        held = sum(size for _, size, _ in kept)
        if held <= self._max_bytes:
            return
        for _, size, path in sorted(kept):
            if held <= self._max_bytes * _FULL_TO:
                break
            # A worker that has it mapped continues to read it: the disk frees it after the last one.
            path.unlink(missing_ok=True)
            held -= size
        log.info("made room in the cache", extra={"folder": str(self._folder), "held_bytes": held})

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        with os.scandir(self._folder) as found:
            for file in found:
                with contextlib.suppress(FileNotFoundError):  # another worker may have replaced it
                    yield Path(file.path), file.stat(follow_symlinks=False)
