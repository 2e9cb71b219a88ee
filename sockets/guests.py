"""Who is connected to a socket route right now, so that all of them can be told when it ends."""

import socket
import threading

from simple_websocket import Server
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

from sockets.frames import hang_up


class Guests:
    """The open connections of one route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: set[Server] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Server) -> None:
        """Adds a viewer."""
        with self._lock:
            self._viewers.add(viewer)

    def leave(self, viewer: Server) -> None:
        """Takes a viewer out, if it still is among them."""
        with self._lock:
            self._viewers.discard(viewer)

    def close(self, code: int, reason: str) -> None:
        """Tells all of them that it ends, with a WebSocket close code; waits for nobody."""
        with self._lock:
            for viewer in self._viewers:
                try:
                    # Not viewer.close(): that would wait for one who does not read, and not for the answer.
                    viewer.sock.send(viewer.ws.send(CloseConnection(code, reason)), socket.MSG_DONTWAIT)
                except (OSError, LocalProtocolError):
                    hang_up(viewer.sock)

    def hang_up(self) -> None:
        """Ends the connections of all who are still there."""
        with self._lock:
            for viewer in self._viewers:
                hang_up(viewer.sock)
