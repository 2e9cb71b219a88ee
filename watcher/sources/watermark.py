"""Up to when all was read: by a clock that does not jump."""

import time
from collections.abc import Callable

from watcher.keeping.alert_book import now_ms


class Watermark:
    """Up to when all was read: goes on by a clock that does not jump, and is never ahead of the one on the wall."""

    def __init__(self, wall: Callable[[], int] = now_ms, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._at_ms = 0
        self._then = monotonic()
        self._anchor_ms = wall()

    def begin(self, at_ms: int) -> None:
        """Sets it; one of a clock that was ahead is taken for now."""
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
        """Notes that everything up to then was read; back, too, where the clock was set back."""
        self._at_ms = to_ms
