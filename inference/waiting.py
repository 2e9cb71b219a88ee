"""What is only starting is waited for: a Clew that does not answer yet, or whose MLflow does not."""

import time
from collections.abc import Callable
from typing import Final

from domain.errors import ClewError
from domain.errors.services import passes_by_itself

WAIT_SECONDS: Final = 180.0
"""A dashboard and an MLflow that start on a slow machine are there by then."""
_FIRST_PAUSE, _LAST_PAUSE = 0.5, 3.0


class Waiting:
    """How long somebody has waited for something, and when to try again; begins with the first failure."""

    def __init__(self, seconds: float = WAIT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = seconds
        self._pause = _FIRST_PAUSE
        self.try_at = self._began
        """By the clock."""

    @property
    def waited_seconds(self) -> float:
        """Since it began."""
        return self._clock() - self._began

    def goes_on(self, error: ClewError) -> bool:
        """Returns whether to try again after this failure, at `try_at`: it passes by itself, and there is time left."""
        if not passes_by_itself(error) or self.waited_seconds >= self._seconds:
            return False
        # By now, not by when the last try began: one that took its whole deadline must not be followed at once.
        self.try_at = self._clock() + self._pause
        self._pause = min(2 * self._pause, _LAST_PAUSE)
        return True
