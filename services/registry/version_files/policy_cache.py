"""Policy files on disk, each stored once by its checksum, for all workers of the host; evicted by least recent use.

If the disk cannot be written, the last files are kept in this process's memory.
"""

import contextlib
import hashlib
import io
import logging
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple

from cachetools import LRUCache
from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.inference.policies import MAX_BYTES
from services.registry.version_files.fetching import FetchedPolicy, Part
from services.sharing.atomic_file import Stamp, open_plain, put, stamp_of
from services.sharing.quota import Quota
from services.sharing.reading import past
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm

_MAX_KEPT_BYTES: Final = 8 * MAX_BYTES
_MAX_IN_MEMORY_BYTES: Final = 2 * MAX_BYTES
_SUFFIX: Final = ".onnx"
_CHUNK: Final = 2**16
log = logging.getLogger(__name__)


class PolicyCacheEntry(BaseModel):
    """A version's cached policy file: its content's checksum, its parts, and when they were last compared."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    size_bytes: int
    parts: tuple[Part, ...]
    looked_at: datetime

    def is_newer_than(self, moment: datetime) -> bool:
        """Returns whether its parts were compared since `moment`; a time in the future, after a clock change, counts as
        never.
        """
        return past(self.looked_at) >= moment


_KEPT: Final = JsonForm(TypeAdapter(PolicyCacheEntry))


class PolicyFile:
    """An open policy file, which nothing modifies; the caller closes it, as reading all of it does."""

    def __init__(self, sha256: str, size_bytes: int, file: BinaryIO) -> None:
        self.sha256 = sha256
        self.size_bytes = size_bytes
        self._file = file

    def __enter__(self) -> "PolicyFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @classmethod
    def of(cls, content: bytes) -> "PolicyFile":
        """Returns a file in memory."""
        return cls(hashlib.sha256(content).hexdigest(), len(content), io.BytesIO(content))

    def content(self) -> bytes:
        """Returns the whole content; closes the file."""
        with self._file:
            return self._file.read()

    def chunks(self) -> Iterator[bytes]:
        """Yields the content in pieces, so that only one is in memory; closes the file."""
        with self._file:
            while chunk := self._file.read(_CHUNK):
                yield chunk

    def close(self) -> None:
        """Closes the file; may be called again."""
        self._file.close()


class _InMemory(NamedTuple):
    kept: PolicyCacheEntry
    content: bytes


class PolicyFileCache:
    """The policy files in `folder`, by any key that identifies a version of a registered model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._quota = Quota(folder, _SUFFIX, _MAX_KEPT_BYTES)
        self._lock = threading.Lock()
        self._checked: LRUCache[str, Stamp] = LRUCache(1024)
        self._memory: LRUCache[str, _InMemory] = LRUCache(_MAX_IN_MEMORY_BYTES, lambda one: len(one.content))

    def find(self, key: str) -> PolicyCacheEntry | None:
        """Returns the cache entry; None where there is none, or its content was evicted."""
        kept = self._index(key).read()
        if kept is not None and (file := self._opened(kept)) is not None:
            file.close()
            return kept
        return memory.kept if (memory := self._in_memory(key)) else None

    def open(self, key: str, kept: PolicyCacheEntry) -> PolicyFile | None:
        """Opens the file of an entry from `find` or `keep`; None where it was evicted since."""
        if (file := self._opened(kept)) is not None:
            return PolicyFile(kept.sha256, kept.size_bytes, file)
        memory = self._in_memory(key)
        if memory is None or memory.kept.sha256 != kept.sha256:
            return None
        return PolicyFile(kept.sha256, kept.size_bytes, io.BytesIO(memory.content))

    def keep(self, key: str, fetched: FetchedPolicy) -> PolicyCacheEntry:
        """Stores a file that was just fetched, on disk or else in memory."""
        content = fetched.content
        kept = PolicyCacheEntry(
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            parts=fetched.parts,
            looked_at=datetime.now(UTC),
        )
        try:
            put(self._path(kept), content)
            self._index(key).write(kept)
            self._quota.wrote(len(content))
        # an unpaired surrogate in a path is invalid in JSON, and handled like a full disk
        except (OSError, ValueError) as error:
            log.warning("a policy file stays in memory, the disk does not take it", extra={"cause": str(error)})
            with self._lock, contextlib.suppress(ValueError):  # larger than the limit
                self._memory[key] = _InMemory(kept, content)
        return kept

    def mark_unchanged(self, key: str, kept: PolicyCacheEntry) -> PolicyCacheEntry:
        """Records that its parts are unchanged."""
        newer = kept.model_copy(update={"looked_at": datetime.now(UTC)})
        with self._lock:
            if key in self._memory:
                self._memory[key] = self._memory[key]._replace(kept=newer)
        with contextlib.suppress(OSError, ValueError):  # otherwise it is just compared again a little early
            self._index(key).write(newer)
        return newer

    def _index(self, key: str) -> SharedFile[PolicyCacheEntry]:
        return SharedFile(self._folder / f"{key}.json", _KEPT)

    def _path(self, kept: PolicyCacheEntry) -> Path:
        return self._folder / f"{kept.sha256}{_SUFFIX}"

    def _in_memory(self, key: str) -> _InMemory | None:
        with self._lock:
            found: _InMemory | None = self._memory.get(key)
            return found

    def _opened(self, kept: PolicyCacheEntry) -> BinaryIO | None:
        """Opens the file after comparing it with its checksum; None where it is missing or damaged."""
        try:
            with contextlib.ExitStack() as closing:
                file = closing.enter_context(open_plain(self._path(kept)))
                stamp = stamp_of(os.fstat(file.fileno()))
                if not self._is_whole(kept, stamp, file):
                    return None
                self._touch(file)
                return os.fdopen(os.dup(file.fileno()), "rb")
        except OSError:
            return None

    def _is_whole(self, kept: PolicyCacheEntry, stamp: Stamp, file: BinaryIO) -> bool:
        """Returns whether the file matches its checksum, computed once for each version of the file."""
        if stamp[2] != kept.size_bytes:
            return False
        with self._lock:
            if self._checked.get(kept.sha256) == stamp:
                return True
        digest = hashlib.sha256()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        if digest.hexdigest() != kept.sha256:
            log.warning("a policy file in the cache is damaged", extra={"sha256": kept.sha256})
            return False
        file.seek(0)
        with self._lock:
            self._checked[kept.sha256] = stamp
        return True

    def _touch(self, file: BinaryIO) -> None:
        """Sets the time of access, which many disks do not update."""
        with contextlib.suppress(OSError):
            os.utime(file.fileno(), ns=(time.time_ns(), os.fstat(file.fileno()).st_mtime_ns))
