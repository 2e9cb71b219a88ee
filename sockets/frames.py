"""One message on the wire, and how much of it the other side has not received; never blocks."""

import socket
import struct

from serving.outbox import unsent as unsent


def text_frame(text: str) -> bytes:
    """Returns a WebSocket text message as a server sends it (RFC 6455).

    Unmasked, so that all viewers get the same bytes.
    """
    payload = text.encode()
    if len(payload) < 126:
        return struct.pack("!BB", 0x81, len(payload)) + payload
    if len(payload) < 2**16:
        return struct.pack("!BBH", 0x81, 126, len(payload)) + payload
    return struct.pack("!BBQ", 0x81, 127, len(payload)) + payload


def disconnect(sock: socket.socket) -> None:
    """Ends a connection, which wakes a thread that waits for it."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return
