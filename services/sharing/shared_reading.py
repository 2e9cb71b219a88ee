"""A reading that the workers of one host share: on disk, or in memory if the disk cannot be written."""

import logging
import threading
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from services.sharing.reading import Attempt, Reading, combined
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm, ValueForm

_ATTEMPTS: Final = JsonForm(TypeAdapter(Attempt), format_version=3)
log = logging.getLogger(__name__)
T = TypeVar("T")


class SharedReading(Generic[T]):
    """The newest reading of one value by any worker: the value in one file, the attempt in another."""

    def __init__(self, folder: Path, name: str, form: ValueForm[T]) -> None:
        self._name = name
        self._value = SharedFile(folder / f"{name}{form.suffix}", form)
        self._attempt = SharedFile(folder / f"{name}-attempt.json", _ATTEMPTS)
        self._own: Reading[T] = Reading()  # kept, because the files may be deleted, or may not have been written
        self._lock = threading.Lock()
        self.disk_failure: str | None = None
        """Why this worker's readings cannot be written to disk; None if they can."""

    def newest(self) -> Reading[T]:
        """Returns what is known."""
        with self._lock:
            self._own = combined(self._on_disk(), self._own)
            return self._own

    def keep(self, reading: Reading[T]) -> None:
        """Shares a reading, unless another worker's is newer."""
        known = self.newest()
        newest = combined(known, reading)
        if newest is known:
            return
        with self._lock:
            self._own = newest
        try:
            self._write(newest)
        except (OSError, ValueError) as error:  # an unpaired surrogate is invalid in JSON, and handled like a full disk
            if self.disk_failure is None:
                log.warning("a worker has its own view of the %s", self._name, extra={"cause": str(error)})
            self.disk_failure = str(error)
        else:
            self.disk_failure = None

    def _on_disk(self) -> Reading[T]:
        """Reads the attempt first: a value that is replaced between the two reads does not belong to it."""
        attempt = self._attempt.read()
        value, stamp = self._value.read_stamped()
        return Reading(value, attempt if attempt is not None and attempt.value_stamp == stamp else None)

    def _write(self, reading: Reading[T]) -> None:
        """Writes the value first, if it is not there already: an attempt without its own value is ignored."""
        if reading.attempt is None:
            return
        stamp = self._value.read_stamped()[1] if reading.value is None else self._value.ensure(reading.value)
        self._attempt.write(reading.attempt.model_copy(update={"value_stamp": stamp}))
