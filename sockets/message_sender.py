"""Sends messages to one connection, each once and in order; ends a connection that does not receive them."""

import socket
import time
from typing import Final

from sockets.connections import Connection
from sockets.frames import disconnect, text_frame, unsent

_BEHIND_BYTES: Final = 2**15  # less is normally in flight on a slow connection
_BEHIND_SECONDS: Final = 8.0


class MessageSender:
    """Sends to one connection. It is used by one thread, and never waits for the viewer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sock = connection.sock

    def send(self, text: str) -> None:
        """Sends a text; raises OSError if the connection is closed, or its viewer has read nothing for too long."""
        try:
            self._check_backlog()
            frame = text_frame(text)
            # Completely, or never: a rest that is sent later would have to wait, and pings could be sent in the
            # middle.
            if self._sock.send(frame, socket.MSG_DONTWAIT) != len(frame):
                raise OSError("the viewer's buffer is full")
        except OSError:
            disconnect(self._sock)
            raise

    def _check_backlog(self) -> None:
        now = time.monotonic()
        if unsent(self._sock) < _BEHIND_BYTES:
            self._connection.behind_since = 0.0
        elif not self._connection.behind_since:
            self._connection.behind_since = now
        elif now - self._connection.behind_since > _BEHIND_SECONDS:
            raise OSError("the viewer does not read")
