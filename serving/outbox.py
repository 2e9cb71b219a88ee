"""What a client has still to take: threads put it in and go on, the event loop sends it when the client has room."""

import errno
import os
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import IO, Any, Final

# A body that is made while it is sent waits from here on, and holds its thread: what of a page comes in pieces, such as
# a range of a script, has to fit. One that is there as a whole costs nothing more.
_ROOM_BYTES: Final = 2**23
_FILE_PIECE_BYTES: Final = 2**17
_FLUSH_BYTES: Final = 2**20  # then others have their turn
_SO_NWRITE: Final = 0x1024  # macOS's word for TIOCOUTQ


class _FilePart:
    """A stretch of a file, with a descriptor of its own: the app closes the other one."""

    def __init__(self, descriptor: int, offset: int, length: int) -> None:
        self.descriptor, self._offset, self._left = descriptor, offset, length

    def piece(self) -> bytes:
        """Returns the next bytes; raises OSError where the file has become shorter."""
        found = os.pread(self.descriptor, min(self._left, _FILE_PIECE_BYTES), self._offset)
        if not found:
            raise OSError("the file became shorter while it was sent")
        return found

    def advance(self, sent: int) -> bool:
        """Notes what was sent; returns whether that was all."""
        self._offset, self._left = self._offset + sent, self._left - sent
        return self._left <= 0


class Outbox:
    """The bytes and files that wait to be sent on one socket. `wake` is called when something begins to wait."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._waiting: deque[memoryview | _FilePart] = deque()
        self.is_abandoned = False
        self._sent = 0
        self.held_bytes = 0
        self.wake: Callable[[], None] = lambda: None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def taken(self) -> int:
        """The bytes that the client has taken, as far as its system says."""
        try:
            return self._sent - unsent(self._sock)
        except OSError:  # it has gone
            return self._sent

    def put(self, data: bytes) -> None:
        """Sends what can be sent at once, and keeps the rest; raises BrokenPipeError where nobody takes it any more.

        Where much waits already, it waits for room: for a client that is too slow, until that is cut off.
        """
        with self._lock:
            rest = memoryview(data)
            if not self._waiting and not self.is_abandoned:
                rest = rest[self._send(rest) :]
            while self.held_bytes > _ROOM_BYTES and not self.is_abandoned:
                self._room.wait()
            self._check()
            if rest:
                self._keep(rest)

    def put_file(self, file: IO[Any], offset: int, length: int) -> None:
        """Keeps a part of a file to be sent; it is read when the client has room."""
        with self._lock:
            self._check()
            self._keep(_FilePart(os.dup(file.fileno()), offset, length))

    def flush(self) -> bool:
        """Sends what the client takes without waiting; returns whether nothing is left. Raises OSError."""
        with self._lock:
            ends = self._sent + _FLUSH_BYTES
            while self._waiting and self._sent < ends:
                if not self._send_first():
                    break
            self._room.notify_all()
            return not self._waiting

    def abandon(self) -> None:
        """Drops all that waits; whoever puts more in, or waits for room, gets a BrokenPipeError."""
        with self._lock:
            self.is_abandoned = True
            for part in self._waiting:
                if isinstance(part, _FilePart):
                    os.close(part.descriptor)
            self._waiting.clear()
            self.held_bytes = 0
            self._room.notify_all()

    def _check(self) -> None:
        if self.is_abandoned:
            raise BrokenPipeError(errno.EPIPE, "the client was cut off")

    def _keep(self, part: memoryview | _FilePart) -> None:
        self._waiting.append(part)
        self.held_bytes += len(part) if isinstance(part, memoryview) else 0
        if len(self._waiting) == 1:
            self.wake()

    def _send_first(self) -> bool:
        """Sends of what is first; returns whether the client may take more."""
        first = self._waiting[0]
        if isinstance(first, memoryview):
            sent = self._send(first)
            self.held_bytes -= sent
            if sent < len(first):
                self._waiting[0] = first[sent:]
            else:
                self._waiting.popleft()
            return sent == len(first)
        piece = first.piece()
        sent = self._send(memoryview(piece))
        if first.advance(sent):
            os.close(first.descriptor)
            self._waiting.popleft()
        return sent == len(piece)

    def _send(self, data: memoryview) -> int:
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0
        self._sent += sent
        return sent


def unsent(sock: socket.socket) -> int:
    """Counts the bytes that were sent and that the other side has not taken yet.

    Raises OSError, also for a closed socket.
    """
    if sys.platform == "darwin":
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    if (descriptor := sock.fileno()) < 0:
        raise OSError("closed")
    return int(struct.unpack("i", ioctl(descriptor, TIOCOUTQ, b"\0" * 4))[0])
