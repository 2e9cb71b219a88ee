"""The unsent data of a client: threads add to it and continue, the event loop sends it when the client can receive."""

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

# A body that is generated while it is sent blocks its thread beyond this size: the parts of a page that come in
# pieces, such as a range of a script, have to fit. A body that is complete already needs no more memory.
_ROOM_BYTES: Final = 2**23
_FILE_PIECE_BYTES: Final = 2**17
_FLUSH_BYTES: Final = 2**20  # then other clients are served
_SO_NWRITE: Final = 0x1024  # macOS's equivalent of TIOCOUTQ


class _FilePart:
    """A range of a file, with a descriptor of its own, since the app closes the other one."""

    def __init__(self, descriptor: int, offset: int, length: int) -> None:
        self.descriptor, self._offset, self._left = descriptor, offset, length

    def piece(self) -> bytes:
        """Returns the next bytes; raises OSError if the file has become shorter."""
        found = os.pread(self.descriptor, min(self._left, _FILE_PIECE_BYTES), self._offset)
        if not found:
            raise OSError("the file became shorter while it was sent")
        return found

    def advance(self, sent: int) -> bool:
        """Notes what was sent; returns whether the range is complete."""
        self._offset, self._left = self._offset + sent, self._left - sent
        return self._left <= 0


class SendBuffer:
    """The bytes and files to be sent on one socket. `wake` is called when something is added to an empty outbox."""

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
        """The bytes that the client has received, according to its system."""
        try:
            return self._sent - unsent(self._sock)
        except OSError:  # the client has disconnected
            return self._sent

    def put(self, data: bytes) -> None:
        """Sends what can be sent at once, and queues the rest; raises BrokenPipeError once sending has stopped.

        If much is queued already, it waits for room, until a client that is too slow is cut off.
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
        """Queues a range of a file, which is read when the client can receive it."""
        with self._lock:
            self._check()
            self._keep(_FilePart(os.dup(file.fileno()), offset, length))

    def flush(self) -> bool:
        """Sends what the client accepts without blocking; returns whether nothing is left. Raises OSError."""
        with self._lock:
            ends = self._sent + _FLUSH_BYTES
            while self._waiting and self._sent < ends:
                if not self._send_first():
                    break
            self._room.notify_all()
            return not self._waiting

    def abandon(self) -> None:
        """Discards everything queued; threads that add more, or wait for room, get a BrokenPipeError."""
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
        """Sends from the first entry; returns whether the client may accept more."""
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
    """Returns how many sent bytes the other side has not acknowledged.

    Raises OSError, also for a closed socket.
    """
    if sys.platform == "darwin":
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    if (descriptor := sock.fileno()) < 0:
        raise OSError("closed")
    return int(struct.unpack("i", ioctl(descriptor, TIOCOUTQ, b"\0" * 4))[0])
