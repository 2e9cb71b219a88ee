"""A pause after a failure."""

import time


class Cooldown:
    """True for `seconds` after each `start`."""

    def __init__(self, seconds: float = 300.0) -> None:
        self._seconds = seconds
        self._until = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def start(self) -> None:
        """Starts the pause, or restarts it."""
        self._until = time.monotonic() + self._seconds
