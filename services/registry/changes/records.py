"""The results of requests, shared by all workers of a host: a file each, and a lock while one is executed."""

import contextlib
import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from cachetools import LRUCache
from pydantic import TypeAdapter

from domain.registry.changes import ChangeRecord
from services.sharing.host_lock import host_lock
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm

KEPT_SECONDS = 3600.0  # a page polls for minutes at most
_MAX_OF_OUR_OWN = 256
_SHAPE = JsonForm(TypeAdapter(ChangeRecord))
log = logging.getLogger(__name__)


class ChangeRecords:
    """The records in `folder`; those that cannot be written to disk are kept in this worker only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: LRUCache[str, ChangeRecord] = LRUCache(_MAX_OF_OUR_OWN)

    def alone(self, request_id: str) -> AbstractContextManager[bool]:
        """Locks the request on this host; the context's value is whether the lock was acquired. A crash releases it."""
        with contextlib.suppress(OSError):  # without a folder nothing is shared
            self._folder.mkdir(parents=True, exist_ok=True)
        return host_lock(self._folder / f"{request_id}.lock")

    def get(self, request_id: str) -> ChangeRecord | None:
        """Returns the record of the request, if there is one."""
        return self._file(request_id).read() or self._own.get(request_id)

    def keep(self, record: ChangeRecord) -> None:
        """Stores a record, and deletes old ones."""
        self._own[record.request.id] = record
        try:
            self._file(record.request.id).write(record)
        except (OSError, ValueError) as error:  # an unpaired surrogate is invalid in JSON, and handled like a full disk
            log.warning("only this worker knows what becomes of a change", extra={"cause": str(error)})
        self._forget_old()

    def _file(self, request_id: str) -> SharedFile[ChangeRecord]:
        return SharedFile(self._folder / f"{request_id}.json", _SHAPE)

    def _forget_old(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for path in self._paths():
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < oldest:
                    path.unlink()

    def _paths(self) -> Iterator[Path]:
        try:
            yield from self._folder.iterdir()
        except OSError:
            return
