"""What is kept on disk of an attempt on the cluster: what Ray itself forgets, or never knew."""

import os
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE: Final = "cluster.json"
_MOST_BYTES: Final = 2**16


class AttemptRecord(BaseModel):
    """One attempt: whether Ray was ever seen to have it, since when it runs, and whether it is to end.

    Its log begins at byte `log_begins` of the training's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    attempt: int
    was_seen: bool = False
    running_ms: int | None = None
    is_stopping: bool = False
    log_begins: int = Field(0, ge=0)


class AttemptRecords:
    """The records of all trainings, one for each: its newest attempt's."""

    def __init__(self, folders: Path) -> None:
        self._folders = folders

    def read(self, run_id: str, attempt: int) -> AttemptRecord:
        """What is known of an attempt: nothing yet, where the file is none or another attempt's."""
        try:
            with (self._folders / run_id / FILE).open("rb") as file:
                record = AttemptRecord.model_validate_json(file.read(_MOST_BYTES))
        except (OSError, ValidationError):
            return AttemptRecord(attempt=attempt)
        return record if record.attempt == attempt else AttemptRecord(attempt=attempt)

    def write(self, run_id: str, record: AttemptRecord) -> None:
        """Puts a record in place at once; raises OSError."""
        folder = self._folders / run_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = folder / f"{FILE}.new"
        with new.open("w") as file:
            file.write(record.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / FILE)
