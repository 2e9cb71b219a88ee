"""Metric histories on disk, one file each, shared by the workers of a host and mapped into their memory.

A file is written under another name and renamed, so a reader sees either version completely. A damaged file counts as
missing. If the disk cannot be written, a history is kept in this process only.
"""

import contextlib
import hashlib
import logging
import mmap
import os
import resource
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from services.sharing.atomic_file import Stamp, open_plain, put, stamp_at, stamp_of
from services.sharing.host_lock import host_lock
from services.sharing.quota import Quota
from services.tracking.histories.format import Damaged, Entry, Series, decode, encode

MAX_UNSAVED_BYTES = 256 * 2**20
MAX_HELD = 400
_SUFFIX = ".history"
_MAP_FROM = 2**16
_TOUCH_SECONDS = 60.0
_LOCKS = 256
log = logging.getLogger(__name__)


class _Held(NamedTuple):
    entry: Entry
    stamp: Stamp | None
    saved: bool
    touched: float


class HistoryFiles:
    """The histories in `folder`, at most `max_bytes` in all; the least recently used are deleted first."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._quota = Quota(folder, _SUFFIX, max_bytes)
        self._held: OrderedDict[Series, _Held] = OrderedDict()
        self._lock = threading.Lock()
        self._disk_fails = False

    def load(self, series: Series) -> Entry | None:
        """Returns the newest valid entry, whichever worker wrote it."""
        path = self._path(series)
        with self._lock:
            held = self._held.get(series)
        stamp = stamp_at(path)
        # An entry that was deleted from the disk and is still held remains valid.
        if held is None or (stamp is not None and stamp != held.stamp):
            held = self._read(series, path) or (held and held._replace(stamp=stamp))
        if held is None:
            return None
        self._hold(series, self._touched(path, held))
        return held.entry

    def save(self, series: Series, entry: Entry) -> None:
        """Stores `entry` on disk for all workers, or if that fails, in this worker's memory."""
        path = self._path(series)
        held = None
        try:
            content = encode(series, entry)
            put(path, *content)
            held = self._read(series, path)
            self._disk_fails = False
            self._quota.wrote(sum(map(len, content)))
        except OSError as error:
            if not self._disk_fails:
                log.warning("histories stay in memory, the disk does not take them", extra={"cause": str(error)})
            self._disk_fails = True
        self._hold(series, held or _Held(entry, stamp_at(path), saved=False, touched=time.monotonic()))

    def release(self, series: Series) -> None:
        """Drops an entry from memory, if it is on disk."""
        with self._lock:
            if (held := self._held.get(series)) is not None and held.saved:
                del self._held[series]

    @contextlib.contextmanager
    def alone(self, kind: str, work: str, wait_seconds: float = 0.0) -> Iterator[bool]:
        """Tries for up to `wait_seconds` to lock `work` on this host; yields whether it succeeded."""
        # A few locks serve all work of a kind: a collision only causes a short needless wait.
        number = int.from_bytes(hashlib.sha256(work.encode()).digest()[:4], "big") % _LOCKS
        # Without a disk nothing is shared, and every worker reads.
        with host_lock(self._folder / f"{kind}-{number:02x}.lock", wait_seconds) as alone:
            yield alone

    def _path(self, series: Series) -> Path:
        return self._folder / f"{series.run_id}-{hashlib.sha256(series.key.encode()).hexdigest()[:16]}{_SUFFIX}"

    def _read(self, series: Series, path: Path) -> _Held | None:
        try:
            with open_plain(path) as file:
                status = os.fstat(file.fileno())
                big = status.st_size >= _MAP_FROM and _may_map(file.fileno())
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if big else file.read()
            entry = decode(series, content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            kind = "damaged" if isinstance(error, Damaged) else "unreadable"
            log.warning("a history in the cache is %s", kind, extra={"file": path.name, "cause": str(error)})
            return None
        return _Held(entry, stamp_of(status), saved=True, touched=0.0)

    def _touched(self, path: Path, held: _Held) -> _Held:
        now = time.monotonic()
        if held.saved and now - held.touched > _TOUCH_SECONDS:
            # Set explicitly, because many disks do not update the time of access.
            with contextlib.suppress(OSError):
                os.utime(path, ns=(time.time_ns(), path.lstat().st_mtime_ns), follow_symlinks=False)
        return held._replace(touched=now) if now - held.touched > _TOUCH_SECONDS else held

    def _hold(self, series: Series, held: _Held) -> None:
        with self._lock:
            self._held[series] = held
            self._held.move_to_end(series)
            unsaved = sum(other.entry.history.nbytes for other in self._held.values() if not other.saved)
            while len(self._held) > MAX_HELD or (unsaved > MAX_UNSAVED_BYTES and len(self._held) > 1):
                _, evicted = self._held.popitem(last=False)
                unsaved -= 0 if evicted.saved else evicted.entry.history.nbytes


def _may_map(descriptor: int) -> bool:
    """Returns whether a mapping may keep a descriptor: a copy gets the lowest free number, about the number in use.

    A comparison of a thousand runs could use up all descriptors of the process, and then no client could connect.
    """
    most, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(lowest := os.dup(descriptor))
    return most == resource.RLIM_INFINITY or lowest < most // 2
