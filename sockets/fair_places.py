"""So many places, of which nobody takes all: the last ones are for those who have none."""

import threading
from collections import Counter

from flask import Request

from domain.hosts import is_loopback


class FairPlaces:
    """`most` places; while no more than `kept` are free, only who holds none gets another."""

    def __init__(self, most: int, kept: int) -> None:
        self._most, self._kept = most, kept
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()

    def take(self, person: str) -> bool:
        """Takes a place for somebody; returns whether there was one."""
        with self._lock:
            free = self._most - self._held.total()
            if free <= 0 or (self._held[person] and free <= self._kept):
                return False
            self._held[person] += 1
            return True

    def give_back(self, person: str) -> None:
        """Gives a place back that `take` took."""
        with self._lock:
            self._held[person] -= 1
            self._held += Counter()  # forgets who holds none


def address_of(request: Request) -> str:
    """Returns where a request comes from: the peer, or whom a proxy on this machine names. It proves nothing."""
    peer = request.remote_addr or ""
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named or peer if is_loopback(peer) else peer
