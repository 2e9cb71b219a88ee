"""Who is connected to a socket route right now, so that all of them can be told when it ends."""

import socket
import threading
import time
from dataclasses import dataclass
from typing import Final

from simple_websocket import Server
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

from sockets.frames import hang_up

_LOOK_SECONDS: Final = 1.0


@dataclass(eq=False)
class Viewer:
    """One end of a connection; `sock` has a descriptor that nobody else closes, so that it cannot become another's."""

    sock: socket.socket
    server: Server
    behind_since: float = 0.0

    def listen(self, seconds: float | None = None) -> str | bytes | None:
        """What the viewer says next; None when it said nothing for so long. Raises ConnectionClosed at the end."""
        ends = None if seconds is None else time.monotonic() + seconds
        while True:
            left = _LOOK_SECONDS if ends is None else max(0.0, ends - time.monotonic())
            # Never for long: simple-websocket wakes us before it says that it ended, when a message was too long.
            said: str | bytes | None = self.server.receive(timeout=min(left, _LOOK_SECONDS))
            if said is not None or left <= 0:
                return said


class Guests:
    """The open connections of one route."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Viewer) -> None:
        """Adds a viewer."""
        with self._lock:
            self._viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """Takes a viewer out, if it still is among them, and ends its connection."""
        with self._lock:
            self._viewers.discard(viewer)
            hang_up(viewer.sock)

    def close(self, code: int, reason: str) -> None:
        """Tells all of them that it ends, with a WebSocket close code; waits for nobody."""
        with self._lock:
            for viewer in self._viewers:
                try:
                    # Not server.close(): that would wait for one who does not read, and not for the answer.
                    viewer.sock.send(viewer.server.ws.send(CloseConnection(code, reason)), socket.MSG_DONTWAIT)
                except (OSError, LocalProtocolError):
                    hang_up(viewer.sock)

    def hang_up(self) -> None:
        """Ends the connections of all who are still there."""
        with self._lock:
            for viewer in self._viewers:
                hang_up(viewer.sock)
