"""Notifies the workers of one host of changes, without relying on clocks."""

import logging
import secrets
import threading
from pathlib import Path

from services.sharing.atomic_file import open_plain, put

log = logging.getLogger(__name__)
_MAX_BYTES = 64


class VersionToken:
    """A token in a file that changes with every write by any worker; `unshared` counts changes that could not be
    written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.unshared = 0
        """The number of this worker's changes that could not be written for the others."""

    def current(self) -> str:
        """Returns the token, the same for all workers; empty where the disk has none and cannot be written."""
        try:
            with open_plain(self._path) as file:
                return file.read(_MAX_BYTES).decode("ascii", "replace")
        except FileNotFoundError:  # the first time, or the cache was deleted with its token
            try:
                return self._write_new()
            except OSError:
                return ""
        except OSError:
            return ""

    def renew(self) -> None:
        """Records that something was changed, or may have been."""
        try:
            self._write_new()
        except OSError as error:
            with self._lock:
                self.unshared += 1
            log.warning("other workers see this change at their next refresh", extra={"cause": str(error)})

    def _write_new(self) -> str:
        token = secrets.token_hex(8)
        put(self._path, token.encode())
        return token
