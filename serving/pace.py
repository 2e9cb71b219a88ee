"""The slowest allowed client: so many bytes in each time window, in either direction."""

from typing import Final

WINDOW_SECONDS: Final = 10.0
WINDOW_BYTES: Final = 32 * 2**10
"""3 kB/s: slower than any connection that a person would tolerate, but more than an attacker's trickle."""


class TransferRate:
    """One transfer, in time windows: earlier speed does not compensate for a later standstill."""

    def __init__(self, now: float, done: int = 0) -> None:
        """Starts at `now` (of time.monotonic()), with `done` bytes transferred before."""
        self._began, self._done = now, done

    def is_too_slow(self, now: float, done: int) -> bool:
        """Returns whether a window has passed with fewer than `WINDOW_BYTES`; `done` is the total."""
        if now - self._began < WINDOW_SECONDS:
            return False
        moved, self._began, self._done = done - self._done, now, done
        return moved < WINDOW_BYTES
