"""Refreshes the shown runs during a full reading, which can take minutes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from domain.run_table.table import RunTable
from services.tracking.run_source import Arrived

_EACH_SECONDS: Final = 10.0
Changes = Callable[[RunTable, datetime], RunTable]


class RefreshDuringSweep:
    """Keeps the shown runs fresh during a full reading, which can take minutes."""

    def __init__(self, changes: Changes, shown: RunTable | None, as_of: datetime, arrived: Arrived) -> None:
        self._changes = changes
        self._shown = shown
        self._as_of = as_of
        self._arrived = arrived
        self._next = time.monotonic() + _EACH_SECONDS
        self.is_long = False

    def refresh_if_due(self) -> None:
        """Reads and shows changes, if that is due."""
        if time.monotonic() < self._next:
            return
        self.is_long = True
        if self._shown is not None:
            now = datetime.now(UTC)
            self._shown = self._changes(self._shown, self._as_of)
            self._as_of = now
            self._arrived(self._shown)
        self._next = time.monotonic() + _EACH_SECONDS
