"""One text for many sockets: framed once, sent without waiting for anybody, and never queued."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Final

from simple_websocket import Server
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

_BEHIND_SECONDS: Final = 8.0
_SMALL_BYTES: Final = 256  # a handshake's answer, a ping: on their way, they say nothing about a viewer's speed
_SO_NWRITE: Final = 0x1024  # macOS's word for TIOCOUTQ


@dataclass(eq=False)
class Viewer:
    """One end of a connection; `sock` has a descriptor that nobody else closes, so that it cannot become another's."""

    sock: socket.socket
    server: Server
    behind_since: float = 0.0


class Broadcast:
    """The viewers of one stream. Whoever has not taken the message before skips this one; who takes none is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: set[Viewer] = set()
        self.skipped = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Viewer, first: Callable[[], str]) -> None:
        """Adds a viewer; what `first` returns is its first message, and it misses none after that."""
        with self._lock:
            self._viewers.add(viewer)
            self._offer(viewer, text_frame(first()), time.monotonic())

    def leave(self, viewer: Viewer) -> None:
        """Takes a viewer out, if it still is among them, and ends its connection."""
        with self._lock:
            self._viewers.discard(viewer)
            hang_up(viewer.sock)

    def publish(self, text: str) -> None:
        """Sends a text to all viewers; takes some microseconds for each, however slow they are."""
        frame, now = text_frame(text), time.monotonic()
        with self._lock:
            for viewer in list(self._viewers):
                self._offer(viewer, frame, now)

    def close(self, code: int, reason: str) -> None:
        """Tells all viewers that the stream ends, with a WebSocket close code."""
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

    def _offer(self, viewer: Viewer, frame: bytes, now: float) -> None:
        try:
            if unsent(viewer.sock) <= _SMALL_BYTES:
                # Whole, or never: a rest that is sent later would have to wait, and pings would get into its midst.
                if viewer.sock.send(frame, socket.MSG_DONTWAIT) == len(frame):
                    viewer.behind_since = 0.0
                    return
            else:
                self.skipped += 1
                viewer.behind_since = viewer.behind_since or now
                if now - viewer.behind_since < _BEHIND_SECONDS:
                    return
        except OSError:  # it has gone, or is going
            pass
        self.dropped += 1
        self._viewers.discard(viewer)
        hang_up(viewer.sock)


def text_frame(text: str) -> bytes:
    """A WebSocket text message as a server sends it (RFC 6455): not masked, hence the same for everybody."""
    payload = text.encode()
    if len(payload) < 126:
        return struct.pack("!BB", 0x81, len(payload)) + payload
    if len(payload) < 2**16:
        return struct.pack("!BBH", 0x81, 126, len(payload)) + payload
    return struct.pack("!BBQ", 0x81, 127, len(payload)) + payload


def hang_up(sock: socket.socket) -> None:
    """Ends a connection, so that whoever waits for it in another thread wakes up."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return


def unsent(sock: socket.socket) -> int:
    """Bytes that were sent and that the other side has not taken yet. Raises OSError."""
    if sys.platform == "darwin":
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    return int(struct.unpack("i", ioctl(sock, TIOCOUTQ, b"\0" * 4))[0])
