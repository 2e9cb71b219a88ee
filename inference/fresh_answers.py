"""One question for all who ask the same at the same time, and never an answer that is older than the question."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Final, Generic, NamedTuple, TypeVar

from domain.errors import ClewError

T = TypeVar("T")
_MOST_REMEMBERED: Final = 100


class _Answer(NamedTuple, Generic[T]):
    asked_at: float
    value: T | ClewError


class FreshAnswers(Generic[T]):
    """Answers by key. Who waits for somebody else's question takes its answer if it was asked after one's own wish."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._known: dict[Hashable, _Answer[T]] = {}

    def get(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` returns, or another thread's `ask` of the same key that began later than this call."""
        wished_at = time.monotonic()
        with self._lock_of(key):
            known = self._known.get(key)
            if known is None or known.asked_at < wished_at:
                known = self._known[key] = _Answer(time.monotonic(), _asked(ask))
        if isinstance(known.value, ClewError):
            raise known.value
        return known.value

    def _lock_of(self, key: Hashable) -> threading.Lock:
        with self._lock:
            lock = self._locks.pop(key, None) or threading.Lock()
            self._locks[key] = lock
            for old in list(self._locks)[:-_MOST_REMEMBERED]:
                if not self._locks[old].locked():
                    del self._locks[old]
                    self._known.pop(old, None)
            return lock


def _asked(ask: Callable[[], T]) -> T | ClewError:
    try:
        return ask()
    except ClewError as error:
        return error
