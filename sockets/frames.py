"""One message on the wire, and how much of it the other side has not taken; never waits for anybody."""

import socket
import struct
import sys
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Final

_SO_NWRITE: Final = 0x1024  # macOS's word for TIOCOUTQ


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
    """Bytes that were sent and that the other side has not taken yet. Raises OSError, also for a closed socket."""
    if sys.platform == "darwin":
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
    if (descriptor := sock.fileno()) < 0:
        raise OSError("closed")
    return int(struct.unpack("i", ioctl(descriptor, TIOCOUTQ, b"\0" * 4))[0])
