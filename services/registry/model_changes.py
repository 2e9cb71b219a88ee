"""When this host last changed a model: every worker reads the models anew that it read before."""

import logging
import secrets
import threading
from pathlib import Path

from domain.registry.measurements import Measurement
from domain.registry.models import Activation, Model
from services.registry.model_store import ModelStore, ReadingStore
from services.sharing.shared_file import put

log = logging.getLogger(__name__)


class ChangeMark:
    """A file that says something else after each change by any worker; those that it did not take are `untold`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.untold = 0
        """How many changes this worker made of which no other one knows."""

    def now(self) -> str:
        """Another word after each change, the same for all workers; no clock has a part in it."""
        try:
            return self._path.read_text("ascii", "replace")
        except FileNotFoundError:  # the first time, or the cache was deleted, and what it said with it
            try:
                return self._put_another()
            except OSError:
                return ""
        except OSError:
            return ""

    def move(self) -> None:
        """Something was changed, or may have been."""
        try:
            self._put_another()
        except OSError as error:
            with self._lock:
                self.untold += 1
            log.warning("other workers see this change at their next refresh", extra={"cause": str(error)})

    def _put_another(self) -> str:
        word = secrets.token_hex(8)
        put(self._path, word.encode())
        return word


class MarkingStore(ReadingStore):
    """A store whose writes move the mark, however they end: what failed may have happened, or be outdated knowledge."""

    def __init__(self, store: ModelStore, mark: ChangeMark) -> None:
        super().__init__(store)
        self._mark = mark

    def activate(self, model_id: str, *, by: str | None = None, reason: str | None = None) -> Activation:
        """As the store's."""
        try:
            return self._store.activate(model_id, by=by, reason=reason)
        finally:
            self._mark.move()

    def delete(self, model_id: str) -> None:
        """As the store's."""
        try:
            self._store.delete(model_id)
        finally:
            self._mark.move()

    def restore(self, model_id: str) -> Model:
        """As the store's."""
        try:
            return self._store.restore(model_id)
        finally:
            self._mark.move()

    def record(self, model_id: str, measurement: Measurement) -> None:
        """As the store's."""
        try:
            self._store.record(model_id, measurement)
        finally:
            self._mark.move()
