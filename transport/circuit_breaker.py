"""Says at once that a service is dead, while one caller in a few seconds finds out whether it still is.

Own code, for pybreaker holds its lock while it calls: all threads of a worker would queue for one service.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Name, ServiceUnavailable
from domain.errors.connections import NotAsked, TimedOut

OPENS_AFTER = 3
PAUSE_SECONDS = 4.0
# Who leaves earlier has seen that a service is slow, and not that it is dead: others wait longer for it, and get it.
PATIENT_SECONDS = 5.0


class CircuitBreaker:
    """Open once `OPENS_AFTER` calls in a row found the service dead; then one call begins every `PAUSE_SECONDS`."""

    def __init__(self, service: Name) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._dead_in_a_row = 0
        self._last: ServiceUnavailable | None = None
        self._alive_at = self._try_at = float("-inf")

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guards a call that raises `ServiceUnavailable` where nothing came back; raises `NotAsked` while open."""
        began = self._enter()
        failure = None
        try:
            yield
        except ServiceUnavailable as error:
            failure = error
            raise
        finally:
            self._note(began, failure)
            del failure  # it knows this frame: the two would keep each other, and a socket, until a collection

    def _enter(self) -> float:
        now = time.monotonic()
        with self._lock:
            if self._last is not None and self._dead_in_a_row >= OPENS_AFTER:
                if now < self._try_at:
                    raise NotAsked(self._service, self._last)
                # Whoever comes after the pause tries, too: this caller may have to wait for much longer.
                self._try_at = now + PAUSE_SECONDS
        return now

    def _note(self, began: float, failure: ServiceUnavailable | None) -> None:
        now = time.monotonic()
        with self._lock:
            if failure is None:
                self._alive_at, self._dead_in_a_row = now, 0
            # Whoever was answered meanwhile is the proof that it lives.
            elif self._alive_at < began and _is_dead(failure, now - began):
                self._dead_in_a_row, self._last = self._dead_in_a_row + 1, failure
            self._try_at = now + PAUSE_SECONDS


def _is_dead(failure: ServiceUnavailable, seconds: float) -> bool:
    """Returns whether nobody is there.

    A caller with little time of its own learns no more than that it had too little.
    """
    return seconds >= PATIENT_SECONDS or not (failure.was_sent or isinstance(failure, TimedOut))
