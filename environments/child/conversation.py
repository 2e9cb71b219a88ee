"""The child's side of the talk that environments/wire.py describes."""

import socket

from environments.child.trouble import Trouble
from environments.wire import GOOD, HEAD, PHASE, TROUBLE, TroubleReport


class Conversation:
    """Hears questions, and says answers."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def receive(self) -> tuple[int, bytes]:
        """Returns the next question: its kind and content; raises EOFError when nobody asks any more."""
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
        """Answers."""
        self._connection.sendall(HEAD.pack(kind, len(content)) + content)

    def send_phase(self, call: str) -> None:
        """Tells which call is made next, so that one that never returns can be named."""
        self.send(call.encode(), PHASE)

    def send_trouble(self, trouble: Trouble) -> None:
        """Tells what is wrong."""
        report = TroubleReport(kind=trouble.kind, reason=trouble.reason)
        self.send(report.model_dump_json().encode(), TROUBLE)
