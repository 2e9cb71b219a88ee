"""What is stored on disk about an attempt on the cluster, since Ray forgets it, or never knew."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE: Final = "cluster.json"
_MAX_BYTES: Final = 2**16
_log = logging.getLogger(__name__)


class AttemptRecord(BaseModel):
    """One attempt: whether Ray has ever listed it, since when it runs, and whether it has to end.

    `is_doubtful` from before the submission until Ray has confirmed it. Its log begins at byte `log_begins` of the
    training's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    attempt: int
    was_seen: bool = False
    is_doubtful: bool = False
    running_ms: int | None = None
    is_stopping: bool = False
    stopped_by: str | None = None
    log_begins: int = Field(0, ge=0)


class AttemptRecords:
    """The records of all trainings, one each: that of the newest attempt."""

    def __init__(self, folders: Path) -> None:
        self._folders = folders

    def read(self, run_id: str, attempt: int) -> AttemptRecord:
        """Returns the record of an attempt: an empty one if the file is missing, invalid or another attempt's."""
        record = self._newest(run_id)
        return record if record is not None and record.attempt == attempt else AttemptRecord(attempt=attempt)

    def unconfirmed(self) -> Iterator[tuple[str, int]]:
        """Yields attempts whose submission a scheduler did not live to confirm."""
        for folder in self._folders.iterdir() if self._folders.exists() else ():
            record = self._newest(folder.name)
            if record is not None and record.is_doubtful:
                yield folder.name, record.attempt

    def write(self, run_id: str, record: AttemptRecord) -> None:
        """Writes a record atomically; raises OSError."""
        folder = self._folders / run_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = folder / f"{FILE}.new"
        with new.open("w") as file:
            file.write(record.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / FILE)

    def _newest(self, run_id: str) -> AttemptRecord | None:
        try:
            with (self._folders / run_id / FILE).open("rb") as file:
                return AttemptRecord.model_validate_json(file.read(_MAX_BYTES))
        except (OSError, ValidationError):
            return None


class StoredRecord:
    """The record of one attempt, saved after each change; `now` is its current state."""

    def __init__(self, records: AttemptRecords, run_id: str, attempt: int) -> None:
        self._records, self._run_id = records, run_id
        self._lock = threading.Lock()
        self.now = records.read(run_id, attempt)

    def write(self, **changes: Any) -> None:
        """Changes it, and always writes it; raises OSError, but the change in memory stays."""
        with self._lock:
            self.now = self.now.model_copy(update=changes)
            self._records.write(self._run_id, self.now)

    def change(self, **changes: Any) -> None:
        """Changes it, and writes it if that makes a difference; raises OSError, but the change in memory stays."""
        with self._lock:
            changed = self.now.model_copy(update=changes)
            if changed != self.now:
                self.now = changed
                self._records.write(self._run_id, changed)

    def change_quietly(self, **changes: Any) -> None:
        """Changes it; if it cannot be written, that is logged."""
        try:
            self.change(**changes)
        except OSError as error:
            _log.warning("What is known of a training is not kept: %s", error.strerror, extra={"run_id": self._run_id})
