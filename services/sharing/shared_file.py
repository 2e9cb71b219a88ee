"""A value that the workers of one host share through a file: written whole or not at all, read when it changed."""

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

    It may be that it cannot be made; what is written there fails then, and whoever writes says so.
    """
    folder = root / hashlib.sha256(address.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.warning("the cache cannot be used", extra={"folder": str(folder), "cause": str(error)})
    return folder


class SharedFile(Generic[T]):
    """One value in `path`, in a form such as JSON."""

    def __init__(self, path: Path, form: ValueForm[T]) -> None:
        self._path = path
        self._form = form
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # apart, for a disk can be slow, and whoever reads has a value meanwhile
        self._stamp: Stamp | None = None
        self._value: T | None = None

    def read(self) -> T | None:
        """Returns the newest value; None when there is none yet, or it cannot be read or is damaged."""
        return self.read_stamped()[0]

    def read_stamped(self) -> tuple[T | None, Stamp | None]:
        """Returns as `read`, and the stamp of the file in which it lies."""
        with self._lock:
            stamp = stamp_at(self._path)
            # What this worker has just put there it also takes up; until then the former value is as good.
            is_ours = self._value is not None and self._writing.locked()
            if (stamp is None or stamp != self._stamp) and not is_ours:
                self._value, self._stamp = self._parsed()
            return self._value, self._stamp

    def write(self, value: T) -> Stamp:
        """Puts `value` in place and returns the stamp of its file; raises `OSError`."""
        with self._writing:
            stamp = put(self._path, *self._form.chunks(value))
            kept = self._mapped(stamp) or value if self._form.is_mapped else value
            with self._lock:
                self._stamp, self._value = stamp, kept
            return stamp

    def ensure(self, value: T) -> Stamp:
        """Writes `value` unless this very object is what was read or written last, and is still there."""
        known, stamp = self.read_stamped()
        return stamp if known is value and stamp is not None else self.write(value)

    def _mapped(self, stamp: Stamp) -> T | None:
        """Returns what was just written, as it lies in the file: its writer keeps no copy.

        None where another wrote since.
        """
        value, found = self._parsed()
        return value if found == stamp else None

    def _parsed(self) -> tuple[T | None, Stamp | None]:
        try:
            with open_plain(self._path) as file:
                stamp = stamp_of(os.fstat(file.fileno()))
                return self._form.read(file), stamp
        except OSError:
            return None, None
