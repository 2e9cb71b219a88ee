"""When this host last changed a model: every worker reads the models anew that it read before."""

import itertools
import logging
import os
import time
from pathlib import Path

from domain.measurements import Measurement
from domain.models import Activation, Model
from services.model_store import ModelStore, ReadingStore

log = logging.getLogger(__name__)
Mark = tuple[int, int]


class ChangeMark:
    """A file, as old as the last change by any worker; a change that it does not take, this one counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own_changes = itertools.count(1)
        self._own = 0

    def now(self) -> Mark:
        """Another value after each change, the same for all workers. Never compared by order: clocks go back."""
        try:
            return self._own, self._path.stat().st_mtime_ns
        except OSError:  # nobody has changed anything, or the cache was deleted
            return self._own, 0

    def move(self) -> None:
        """Something was changed, or may have been."""
        moment = time.time_ns()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)  # the cache may be deleted at any time
            self._path.touch()
            os.utime(self._path, ns=(moment, moment))  # finer than the time that the system gives it
        except OSError as error:
            self._own = next(self._own_changes)
            log.warning("other workers see this change at their next refresh", extra={"cause": str(error)})


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
