"""A client's socket for gunicorn and the app: writes are queued, and only the event loop closes it."""

import errno
import os
import socket
import struct
from typing import Any

from serving.outbox import SendBuffer


class ClientSocket(socket.socket):
    """The socket of an accepted client.

    `sendall` and `sendfile` queue their data in the outbox. `send` and `recv`, which WebSockets use, go to the client
    directly.
    """

    def __init__(self, accepted: socket.socket) -> None:
        """Takes over the given socket, which is closed then."""
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.outbox = SendBuffer(self)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Queues all of the data."""
        self.outbox.put(bytes(data))

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Queues a part of a file; gunicorn passes `count`."""
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
        """Does nothing: if a thread closed the descriptor, its number might be reused at once for another client."""

    def end_sending(self) -> None:
        """Ends sending; raises OSError if the client has disconnected."""
        super().shutdown(socket.SHUT_WR)

    def give_up(self) -> None:
        """Discards queued data, and on closing also what the system has buffered."""
        self.outbox.abandon()
        self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def discard(self) -> None:
        """Closes it; called in the event loop."""
        self.outbox.abandon()
        super().close()
