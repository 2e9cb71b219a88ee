"""Fails calls to a dead service at once, while one caller every few seconds checks whether it is back.

Own code, since pybreaker holds its lock during a call: all threads of a worker would queue for one service.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Name, ServiceUnavailable
from domain.errors.connections import NotAsked, TimedOut

OPENS_AFTER = 3
PAUSE_SECONDS = 4.0
# A caller with less patience has only seen that a service is slow, not dead: others wait longer, and get an answer.
PATIENT_SECONDS = 5.0


class CircuitBreaker:
    """Opens after `OPENS_AFTER` consecutive calls found the service dead.

    Then one call per `PAUSE_SECONDS` is allowed.
    """

    def __init__(self, service: Name) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._dead_in_a_row = 0
        self._last: ServiceUnavailable | None = None
        self._alive_at = self._try_at = float("-inf")

    @contextmanager
    def call(self) -> Iterator[None]:
        """Guards a call that raises `ServiceUnavailable` if no answer came; raises `NotAsked` while open."""
        began = self._enter()
        failure = None
        try:
            yield
        except ServiceUnavailable as error:
            failure = error
            raise
        finally:
            self._note(began, failure)
            del failure  # it refers to this frame: the cycle would keep a socket open until a garbage collection

    def _enter(self) -> float:
        now = time.monotonic()
        with self._lock:
            if self._last is not None and self._dead_in_a_row >= OPENS_AFTER:
                if now < self._try_at:
                    raise NotAsked(self._service, self._last)
                # The next caller after the pause may try, too: this one may have to wait for much longer.
                self._try_at = now + PAUSE_SECONDS
        return now

    def _note(self, began: float, failure: ServiceUnavailable | None) -> None:
        now = time.monotonic()
        with self._lock:
            if failure is None:
                self._alive_at, self._dead_in_a_row = now, 0
            # A call answered meanwhile proves that it is alive.
            elif self._alive_at < began and _is_dead(failure, now - began):
                self._dead_in_a_row, self._last = self._dead_in_a_row + 1, failure
            self._try_at = now + PAUSE_SECONDS


def _is_dead(failure: ServiceUnavailable, seconds: float) -> bool:
    """Returns whether the service is dead.

    A caller with little time of its own only learns that its time was too short.
    """
    return seconds >= PATIENT_SECONDS or not (failure.was_sent or isinstance(failure, TimedOut))
