"""A limited number of places of which no one can take all: the last ones are for those who have none."""

import threading
from collections import Counter

from flask import Request

from domain.hosts import is_loopback


class FairSlots:
    """`most` places; while at most `kept` are free, only a person without any gets one."""

    def __init__(self, most: int, kept: int) -> None:
        self._most, self._kept = most, kept
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()

    def take(self, person: str) -> bool:
        """Takes a place for a person; returns whether there was one."""
        with self._lock:
            free = self._most - self._held.total()
            if free <= 0 or (self._held[person] and free <= self._kept):
                return False
            self._held[person] += 1
            return True

    def release(self, person: str) -> None:
        """Returns a place that `take` took."""
        with self._lock:
            self._held[person] -= 1
            self._held += Counter()  # drops those without places


def address_of(request: Request) -> str:
    """Returns the client's address: the peer, or the one that a proxy on this machine names. It proves nothing."""
    peer = request.remote_addr or ""
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named or peer if is_loopback(peer) else peer
