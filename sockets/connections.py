"""Keeps the open connections of a socket route, so that all of them can be closed with it."""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from simple_websocket import Server
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

from sockets.frames import disconnect

_POLL_SECONDS: Final = 1.0


@dataclass(eq=False)
class Connection:
    """One connection; `sock` has a descriptor of its own, so that its number cannot be reused by another connection.

    `person` is the viewer whose share of places it uses, `arguments` are those in its address.
    """

    sock: socket.socket
    server: Server
    behind_since: float = 0.0
    person: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)

    def receive(self, seconds: float | None = None) -> str | bytes | None:
        """Returns the next message; None if none came in time. Raises ConnectionClosed at the end."""
        ends = None if seconds is None else time.monotonic() + seconds
        while True:
            left = _POLL_SECONDS if ends is None else max(0.0, ends - time.monotonic())
            # In short waits: after a message that is too long, simple-websocket wakes this thread before it sets its
            # closed flag.
            message: str | bytes | None = self.server.receive(timeout=min(left, _POLL_SECONDS))
            if message is not None or left <= 0:
                return message


class ConnectionRegistry:
    """The open connections of one route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> None:
        """Adds a connection."""
        with self._lock:
            self._open.add(connection)

    def remove(self, connection: Connection) -> None:
        """Removes a connection, if it is registered, and ends it."""
        with self._lock:
            self._open.discard(connection)
            disconnect(connection.sock)

    def close(self, code: int, reason: str) -> None:
        """Sends all of them a close frame with this WebSocket close code, without waiting."""
        with self._lock:
            for connection in self._open:
                try:
                    # Not server.close(): that blocks on a viewer who does not read, and awaits no close frame.
                    connection.sock.send(connection.server.ws.send(CloseConnection(code, reason)), socket.MSG_DONTWAIT)
                except (OSError, LocalProtocolError):
                    disconnect(connection.sock)

    def disconnect(self) -> None:
        """Ends the remaining connections."""
        with self._lock:
            for connection in self._open:
                disconnect(connection.sock)
