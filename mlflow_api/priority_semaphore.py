"""A limit on concurrent requests that serves urgent ones first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PrioritySemaphore:
    """At most `count` holders at a time; one that is not urgent waits while an urgent one waits or holds."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._urgent = 0
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, urgent: bool) -> Iterator[None]:
        """Holds a slot within the block."""
        with self._changed:
            self._urgent += urgent
            self._changed.wait_for(lambda: self._free > 0 and (urgent or not self._urgent))
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= urgent
                self._free += 1
                self._changed.notify_all()
