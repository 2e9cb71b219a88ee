"""The child's side of the protocol in environments/wire.py."""

import socket

from environments.child.trouble import Trouble
from environments.wire import GOOD, HEAD, PHASE, TROUBLE, TroubleReport


class ParentChannel:
    """Receives requests, and sends answers."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def receive(self) -> tuple[int, bytes]:
        """Returns the next request: its kind and content; raises EOFError when the connection is closed."""
        kind, size = HEAD.unpack(self._read(HEAD.size))
        return kind, self._read(size)

    def _read(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            more = self._connection.recv(min(size - len(content), 2**20))
            if not more:
                raise EOFError
            content += more
        return bytes(content)

    def send(self, content: bytes, kind: int = GOOD) -> None:
        """Sends an answer."""
        self._connection.sendall(HEAD.pack(kind, len(content)) + content)

    def send_phase(self, call: str) -> None:
        """Sends which call comes next, so that one that never returns can be named."""
        self.send(call.encode(), PHASE)

    def send_trouble(self, trouble: Trouble) -> None:
        """Sends an error."""
        report = TroubleReport(kind=trouble.kind, reason=trouble.reason)
        self.send(report.model_dump_json().encode(), TROUBLE)
