"""Sends one text to many sockets: framed once, sent without blocking, and never queued."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from sockets.connections import Connection
from sockets.frames import disconnect, text_frame, unsent

_BEHIND_SECONDS: Final = 8.0
_SMALL_BYTES: Final = 256  # a handshake's answer, a ping: if unsent, they say nothing about the connection's speed
_TAKES_NO_DATA: Final = 1003


class Broadcast:
    """The connections of one stream.

    One that has not taken the last message skips this one, one that takes none is closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self.skipped = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._connections)

    def serve(self, connection: Connection, first: Callable[[], str]) -> None:
        """Keeps a connection registered until it ends; one that sends something is closed (1003)."""
        try:
            self.add(connection, first)
            connection.receive()
            connection.server.close(_TAKES_NO_DATA, "This stream takes no messages.")
        finally:
            self.remove(connection)

    def add(self, connection: Connection, first: Callable[[], str]) -> None:
        """Adds a connection; `first` returns its first message, and it misses none after that."""
        with self._lock:
            self._connections.add(connection)
            self._offer(connection, text_frame(first()), time.monotonic())

    def remove(self, connection: Connection) -> None:
        """Removes a connection, if it is registered."""
        with self._lock:
            self._connections.discard(connection)

    def publish(self, text: str) -> None:
        """Sends a text to all viewers; takes some microseconds for each, even for slow ones."""
        frame, now = text_frame(text), time.monotonic()
        with self._lock:
            for connection in list(self._connections):
                self._offer(connection, frame, now)

    def _offer(self, connection: Connection, frame: bytes, now: float) -> None:
        try:
            if unsent(connection.sock) <= _SMALL_BYTES:
                # Completely, or never: a rest that is sent later would have to wait, and pings could be sent in the
                # middle.
                if connection.sock.send(frame, socket.MSG_DONTWAIT) == len(frame):
                    connection.behind_since = 0.0
                    return
            else:
                self.skipped += 1
                connection.behind_since = connection.behind_since or now
                if now - connection.behind_since < _BEHIND_SECONDS:
                    return
        except OSError:  # the connection is closed, or closing
            pass
        self.dropped += 1
        self._connections.discard(connection)
        disconnect(connection.sock)
