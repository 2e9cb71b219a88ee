"""Up to when everything was read, by a monotonic clock."""

import time
from collections.abc import Callable

from watcher.clock import now_ms


class Watermark:
    """Up to when everything was read: advances with a monotonic clock, and is never ahead of the wall clock."""

    def __init__(self, wall: Callable[[], int] = now_ms, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._at_ms = 0
        self._then = monotonic()
        self._anchor_ms = wall()

    def begin(self, at_ms: int) -> None:
        """Sets it; a time in the future, from a clock that was ahead, counts as now."""
        self._at_ms = min(at_ms, self.moment())

    @property
    def wall_ms(self) -> int:
        """The moment, in Unix ms."""
        return self._at_ms

    def moment(self) -> int:
        """Returns now, by the earlier of both clocks."""
        steady = self._anchor_ms + round((self._monotonic() - self._then) * 1000)
        return min(steady, self._wall())

    def advance(self, to_ms: int) -> None:
        """Notes that everything up to then was read; this may go back if the clock was set back."""
        self._at_ms = to_ms
