"""What the workers of one host know of a value: on the disk that they share, in memory where that takes none."""

import logging
import threading
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import TypeAdapter

from services.sharing.reading import Attempt, Reading, together
from services.sharing.shared_file import SharedFile
from services.sharing.value_forms import JsonForm, ValueForm

_ATTEMPTS: Final = JsonForm(TypeAdapter(Attempt), format_version=3)
log = logging.getLogger(__name__)
T = TypeVar("T")


class SharedReading(Generic[T]):
    """The newest reading of one value, whichever worker made it: the value in one file, how it went in another."""

    def __init__(self, folder: Path, name: str, form: ValueForm[T]) -> None:
        self._name = name
        self._value = SharedFile(folder / f"{name}{form.suffix}", form)
        self._attempt = SharedFile(folder / f"{name}-attempt.json", _ATTEMPTS)
        self._own: Reading[T] = Reading()  # kept, for the files may be deleted, or never have been written
        self._lock = threading.Lock()
        self.disk_failure: str | None = None
        """Why the disk does not take what this worker reads; None where it does."""

    def newest(self) -> Reading[T]:
        """Returns what is known."""
        with self._lock:
            self._own = together(self._on_disk(), self._own)
            return self._own

    def keep(self, reading: Reading[T]) -> None:
        """Shares what was read, unless another worker began later and ended sooner."""
        known = self.newest()
        newest = together(known, reading)
        if newest is known:
            return
        with self._lock:
            self._own = newest
        try:
            self._write(newest)
        except (OSError, ValueError) as error:  # half a surrogate pair from elsewhere is no JSON: as good as no room
            if self.disk_failure is None:
                log.warning("a worker has its own view of the %s", self._name, extra={"cause": str(error)})
            self.disk_failure = str(error)
        else:
            self.disk_failure = None

    def _on_disk(self) -> Reading[T]:
        """Reads the attempt first: a value that is put in place between the two does not belong to it."""
        attempt = self._attempt.read()
        value, stamp = self._value.read_stamped()
        return Reading(value, attempt if attempt is not None and attempt.value_stamp == stamp else None)

    def _write(self, reading: Reading[T]) -> None:
        """Writes the value first, if it is not there already: an attempt that comes without its own value is none."""
        if reading.attempt is None:
            return
        stamp = self._value.read_stamped()[1] if reading.value is None else self._value.ensure(reading.value)
        self._attempt.write(reading.attempt.model_copy(update={"value_stamp": stamp}))
