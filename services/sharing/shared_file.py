"""A value that the workers of one host share through an atomic file, which is read only when it changed."""

import hashlib
import logging
import os
import threading
from pathlib import Path
from typing import Generic, TypeVar

from services.sharing.atomic_file import Stamp, open_plain, put, stamp_at, stamp_of
from services.sharing.value_forms import ValueForm

T = TypeVar("T")
log = logging.getLogger(__name__)


def cache_folder(root: Path, address: str) -> Path:
    """Returns the folder under `root` for what was read from `address`; two servers never share one.

    If it cannot be created, later writes fail, and their callers log that.
    """
    folder = root / hashlib.sha256(address.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.warning("the cache cannot be used", extra={"folder": str(folder), "cause": str(error)})
    return folder


class SharedFile(Generic[T]):
    """One value in the file `path`, in a form such as JSON."""

    def __init__(self, path: Path, form: ValueForm[T]) -> None:
        self._path = path
        self._form = form
        self._lock = threading.Lock()
        # a separate lock, because a disk can be slow, and readers should not wait for it
        self._writing = threading.Lock()
        self._stamp: Stamp | None = None
        self._value: T | None = None

    def read(self) -> T | None:
        """Returns the newest value; None where there is none yet, or it cannot be read or is damaged."""
        return self.read_stamped()[0]

    def read_stamped(self) -> tuple[T | None, Stamp | None]:
        """Returns the same as `read`, and the stamp of the file."""
        with self._lock:
            stamp = stamp_at(self._path)
            # While this worker is replacing the file, readers use the former value.
            is_ours = self._value is not None and self._writing.locked()
            if (stamp is None or stamp != self._stamp) and not is_ours:
                self._value, self._stamp = self._parsed()
            return self._value, self._stamp

    def write(self, value: T) -> Stamp:
        """Replaces the value and returns the stamp of its file; raises `OSError`."""
        with self._writing:
            stamp = put(self._path, *self._form.chunks(value))
            kept = self._mapped(stamp) or value if self._form.is_mapped else value
            with self._lock:
                self._stamp, self._value = stamp, kept
            return stamp

    def ensure(self, value: T) -> Stamp:
        """Writes `value` unless this very object is the last one read or written, and the file still exists."""
        known, stamp = self.read_stamped()
        return stamp if known is value and stamp is not None else self.write(value)

    def _mapped(self, stamp: Stamp) -> T | None:
        """Returns the value mapped from the file, so that its writer keeps no copy; None if another one wrote since."""
        value, found = self._parsed()
        return value if found == stamp else None

    def _parsed(self) -> tuple[T | None, Stamp | None]:
        try:
            with open_plain(self._path) as file:
                stamp = stamp_of(os.fstat(file.fileno()))
                return self._form.read(file), stamp
        except OSError:
            return None, None
