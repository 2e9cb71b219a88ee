"""The open connections of one worker: which has waited longest, which are too slow, and their memory use."""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Final

from serving.connection import Connection, Phase

MAX_HELD_BYTES: Final = 128 * 2**20
_REPORT_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)


class OpenConnections:
    """The connections that have not ended; it only finds them, and changes none."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()

    def add(self, connection: Connection) -> None:
        """Adds a new one."""
        self._open.add(connection)

    def discard(self, connection: Connection) -> None:
        """Removes one that has ended."""
        self._open.discard(connection)

    def exceed_memory(self) -> bool:
        """Returns whether requests and answers use more memory than allowed."""
        return self._held_bytes() > MAX_HELD_BYTES

    def longest_waiting(self) -> Connection | None:
        """Returns the one that has waited the longest for its client: for a request, else to send the answer."""
        waiting = [one for one in self._open if one.phase in (Phase.RECEIVING, Phase.SENDING)]
        return min(waiting, key=lambda one: (one.phase is Phase.SENDING, one.since), default=None)

    def receiving(self) -> list[Connection]:
        """Returns those without a complete request."""
        return [one for one in self._open if one.phase is Phase.RECEIVING]

    def late(self, now: float) -> list[Connection]:
        """Returns those whose clients are too slow."""
        return [one for one in self._open if one.is_late(now)]

    def beyond_memory(self) -> Iterator[Connection]:
        """Yields those whose answers have waited the longest, while their total memory exceeds the limit."""
        waiting = sorted((one for one in self._open if one.sock.outbox.held_bytes), key=lambda one: one.since)
        held = self._held_bytes()
        for connection in waiting:
            if held <= MAX_HELD_BYTES:
                return
            held -= connection.sock.outbox.held_bytes
            yield connection

    def abandon(self) -> None:
        """Makes all outboxes stop sending."""
        for connection in self._open:
            connection.sock.outbox.abandon()

    def _held_bytes(self) -> int:
        return sum(one.held_bytes for one in self._open)


class CutClients:
    """Counts refused and cut-off clients by reason, for the log."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._reported_at = 0.0

    def note(self, why: str) -> None:
        """Counts one more."""
        self._count[why] += 1

    def report(self, now: float) -> None:
        """Logs the counts, not too often."""
        if self._count and now - self._reported_at >= _REPORT_SECONDS:
            _log.warning("Clients were refused or cut off", extra={"clients": dict(self._count)})
            self._count.clear()
            self._reported_at = now
