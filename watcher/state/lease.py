"""Among several watchers only one works: the holder of the lease in MLflow, which it renews regularly.

MLflow has no compare-and-swap, so a watcher that takes the lease writes it, waits, and reads it back to see whether
it is its own. A lease is dead when its beat has not changed for a while by the waiting watcher's monotonic clock, so
no clock change ends it.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from domain.errors import ClewError
from mlflow_api.alerts.holder import BEGAN_TAG, LEASE_TAG, WATCHER_TAG, AlertHolder, Control, Lease
from watcher.clock import now_ms

LEASE_SECONDS: Final = 420.0
# Shares of the lease: after the first it is renewed; until the second no other watcher can take it.
_RENEWED: Final = 0.6
_SURE: Final = 0.9
_WRITE_SECONDS: Final = 2.0
_SETTLE_SECONDS: Final = 3.0
_log = logging.getLogger(__name__)


class WatcherLease:
    """The lease from this watcher's point of view."""

    def __init__(
        self,
        holder: AlertHolder,
        watcher_id: str,
        host: str,
        sleep: Callable[[float], None],
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._holder = holder
        self._id = watcher_id
        self._host = host
        self._sleep = sleep
        self._lease_seconds = lease_seconds
        self._beat = 0
        self._renewed: float | None = None
        self._seen: tuple[Lease | None, float] = (None, time.monotonic())
        self._others: frozenset[str] = frozenset()
        self._is_announced = False
        self.began_ms: int | None = None
        """Since when events are reported (Unix ms)."""
        self.read_ms = 0
        """Up to when the last working watcher had read ended runs (Unix ms)."""

    @property
    def works(self) -> bool:
        """Whether this watcher is the working one."""
        return self._renewed is not None

    @property
    def may_send(self) -> bool:
        """Whether no other watcher can have taken over; while MLflow is unreachable, only if there is no other."""
        if self._renewed is None:
            return False
        return not self._others or time.monotonic() - self._renewed < self._lease_seconds * _SURE

    def take(self) -> bool:
        """Takes the lease if it is free, our own or dead; returns whether this watcher works. Raises ServiceError."""
        control = self._announced(self._holder.control())
        self._note_control(control)
        if not self._is_free(control):
            return False
        is_ours = control.lease is not None and control.lease.watcher == self._id
        self._begin(control)
        if not is_ours:
            self._sleep(_SETTLE_SECONDS)
            found = self._holder.control().lease
            if found is None or found.watcher != self._id:
                self._renewed = None
                return False
        _log.info("This watcher is active now", extra={"watcher": self._id})
        return True

    def apply_control(self, control: Control) -> None:
        """Takes the control data of a round: this watcher stops working if another one took over."""
        self._note_control(control)
        if self.works and control.lease is not None and control.lease.watcher != self._id:
            _log.warning("Another watcher works", extra={"watcher": control.lease.watcher})
            self._renewed = None

    def renew_if_due(self, read_ms: int) -> None:
        """Renews the lease, and stores up to when everything was read; raises ServiceError."""
        if self._renewed is not None and time.monotonic() - self._renewed >= self._lease_seconds * _RENEWED:
            self._write(read_ms)

    def give_up(self, read_ms: int) -> None:
        """Releases the lease, so that another watcher can take over at once."""
        try:
            if self.works:
                self._renewed = None
                left = Lease(watcher="", host=self._host, beat=self._beat + 1, read_ms=read_ms, at_ms=now_ms())
                self._holder.set_control(LEASE_TAG, left.model_dump_json(), _WRITE_SECONDS)
            if self._is_announced:
                self._holder.drop_control(WATCHER_TAG + self._id)
        except ClewError as error:
            _log.info("The lease is not given up", extra={"cause": str(error)})

    def _announced(self, control: Control) -> Control:
        """Registers this watcher in MLflow, even if it only waits; returns the control data after that."""
        self._is_announced = self._id in control.watchers
        if self._is_announced:
            return control
        self._holder.set_control(WATCHER_TAG + self._id, str(now_ms()))
        self._is_announced = True
        return self._holder.control()  # read again: creating the place in MLflow may have taken long

    def _is_free(self, control: Control) -> bool:
        lease, since = self._seen
        if lease is None or lease.watcher in ("", self._id):
            return True
        return time.monotonic() - since >= self._lease_seconds

    def _note_control(self, control: Control) -> None:
        if control.lease != self._seen[0]:
            self._seen = control.lease, time.monotonic()
        self._others = control.watchers - {self._id}
        self.began_ms = control.began_ms or self.began_ms

    def _begin(self, control: Control) -> None:
        lease = control.lease
        self._beat = 0 if lease is None else lease.beat
        self.read_ms = 0 if lease is None else lease.read_ms
        if self.began_ms is None:
            self.began_ms = now_ms()
            self._holder.set_control(BEGAN_TAG, str(self.began_ms))
        self._write(self.read_ms)

    def _write(self, read_ms: int) -> None:
        began = time.monotonic()
        self._beat += 1
        lease = Lease(watcher=self._id, host=self._host, beat=self._beat, read_ms=read_ms, at_ms=now_ms())
        self._holder.set_control(LEASE_TAG, lease.model_dump_json(), _WRITE_SECONDS)
        self._seen = lease, began
        self._renewed = began
