"""Periodic work in a thread of its own, for as long as the process lasts."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class PeriodicTask:
    """Runs `work` every so many seconds, or at once when woken; exceptions are logged, and the next round follows."""

    def __init__(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        self._seconds = seconds
        self._work = work
        self._wake = threading.Event()
        self.is_stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the current round."""
        self.is_stopping = True
        self._wake.set()

    def wake(self) -> None:
        """Starts a round at once."""
        self._wake.set()

    def _run(self) -> None:
        while not self.is_stopping:
            self._wake.clear()
            try:
                self._work()
            except Exception:
                log.exception("A round broke off", extra={"rounds": self._thread.name})
            self._wake.wait(self._seconds)
