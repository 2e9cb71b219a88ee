"""One text for many sockets: framed once, sent without waiting for anybody, and never queued."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Final

from simple_websocket import Server
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

_BEHIND_SECONDS: Final = 8.0
_SO_NWRITE: Final = 0x1024  # macOS's word for TIOCOUTQ


class Broadcast:
    """The viewers of one stream. Whoever has not taken the message before skips this one; who takes none is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: dict[Server, float] = {}  # since when each is behind; 0 while it keeps up
        self.skipped = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Server, first: Callable[[], str]) -> None:
        """Adds a viewer; what `first` returns is its first message, and it misses none after that."""
        with self._lock:
            self._viewers[viewer] = 0.0
            self._offer(viewer, text_frame(first()), time.monotonic())

    def leave(self, viewer: Server) -> None:
        """Takes a viewer out, if it still is among them."""
        with self._lock:
            self._viewers.pop(viewer, None)

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
                    # Not viewer.close(): that would wait for one who does not read, and not for the answer.
                    viewer.sock.send(viewer.ws.send(CloseConnection(code, reason)), socket.MSG_DONTWAIT)
                except (OSError, LocalProtocolError):
                    hang_up(viewer.sock)

    def hang_up(self) -> None:
        """Ends the connections of all who are still there."""
        with self._lock:
            for viewer in self._viewers:
                hang_up(viewer.sock)

    def _offer(self, viewer: Server, frame: bytes, now: float) -> None:
        try:
            if _unsent(viewer.sock) == 0:
                # Whole, or never: a rest that is sent later would have to wait, and pings would get into its midst.
                if viewer.sock.send(frame, socket.MSG_DONTWAIT) == len(frame):
                    self._viewers[viewer] = 0.0
                    return
            else:
                self.skipped += 1
                self._viewers[viewer] = self._viewers[viewer] or now
                if now - self._viewers[viewer] < _BEHIND_SECONDS:
                    return
        except OSError:  # it has gone, or is going
            pass
        self._drop(viewer)

    def _drop(self, viewer: Server) -> None:
        self.dropped += 1
        del self._viewers[viewer]
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


def _unsent(sock: socket.socket) -> int:
    """Bytes that were sent and that the other side has not taken yet. Raises OSError, also for a closed socket."""
    if sys.platform == "darwin":
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    if (descriptor := sock.fileno()) < 0:
        raise OSError("closed")
    return int(struct.unpack("i", ioctl(descriptor, TIOCOUTQ, b"\0" * 4))[0])
