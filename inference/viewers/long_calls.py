"""Reports calls that take long to the viewers who wait for them: a page takes a socket that says nothing for dead."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

# Pages allow five seconds without a message, of which up to two may lie between two steps.
REPORT_SECONDS: Final = 1.5
POLL_SECONDS: Final = 0.5


class LongCall:
    """What the engine does for one viewer: at most one call at a time."""

    def __init__(self, calls: "LongCalls", report: Callable[[float], None]) -> None:
        self._calls = calls
        self._report = report
        self._began = 0.0
        self._reported = 0.0

    def begin(self) -> None:
        """Begins a call, of which the viewer gets reports until `end`."""
        self._began = self._reported = time.monotonic()
        self._calls.add(self)

    def end(self) -> None:
        """Ends the reports: none is being sent any more once this returns. May be called again."""
        self._calls.discard(self)

    def report_if_due(self) -> None:
        """Reports for how long it has run, unless that was reported just now."""
        now = time.monotonic()
        if now - self._reported >= REPORT_SECONDS:
            self._reported = now
            with suppress(OSError):  # the viewer has left, which its own thread notices
                self._report(now - self._began)


class LongCalls:
    """The running calls of all viewers, watched by one thread."""

    def __init__(self) -> None:
        self._running: set[LongCall] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="long-calls", daemon=True).start()

    def of(self, report: Callable[[float], None]) -> LongCall:
        """Returns the calls of a viewer, to whom `report` sends for how many seconds one has run; it must not block."""
        return LongCall(self, report)

    def add(self, call: LongCall) -> None:
        """Watches a call that begins."""
        with self._lock:
            self._running.add(call)

    def discard(self, call: LongCall) -> None:
        """Watches it no more, after the report that is being sent."""
        with self._lock:
            self._running.discard(call)

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            with self._lock:
                for call in self._running:
                    call.report_if_due()
