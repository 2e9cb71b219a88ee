"""A client's socket as gunicorn and the app see it: what they send is queued, and only the event loop closes it."""

import errno
import os
import socket
import struct
from typing import Any

from serving.outbox import Outbox


class ClientSocket(socket.socket):
    """The socket of a client that was accepted.

    `sendall` and `sendfile` put their bytes into the outbox. What a WebSocket does, `send` and `recv`, goes to the
    client as ever.
    """

    def __init__(self, accepted: socket.socket) -> None:
        """Takes the socket over; the one given is closed then."""
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.outbox = Outbox(self)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Queues all of it."""
        self.outbox.put(bytes(data))

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Queues a part of a file; `count` is given by gunicorn."""
        assert count is not None
        self.outbox.put_file(file, offset, count)
        return count

    def dup(self) -> socket.socket:  # type: ignore[override]
        """Returns a plain socket with a descriptor of its own."""
        return socket.socket(self.family, self.type, self.proto, fileno=os.dup(self.fileno()))

    def shutdown(self, how: int) -> None:
        """Raises OSError: only the event loop ends it. gunicorn would end a broken answer before it was sent."""
        raise OSError(errno.ENOTCONN, "the event loop ends connections")

    def close(self) -> None:
        """Does nothing: of a descriptor that a thread closes, the number may be the next client's at once."""

    def end_sending(self) -> None:
        """Says that no more will come; raises OSError where nobody is there any more."""
        super().shutdown(socket.SHUT_WR)

    def give_up(self) -> None:
        """Drops what waits here, and once it is closed what waits in the system: nobody reads it."""
        self.outbox.abandon()
        self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def discard(self) -> None:
        """Closes it, in the event loop."""
        self.outbox.abandon()
        super().close()
