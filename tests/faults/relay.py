"""A TCP relay before a real service that makes it fail in every way we could think of, and recover."""

import base64
import hashlib
import re
import socket
import threading
import time
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from urllib.parse import urlsplit

SLOW_SECONDS = 10.0
_PIECE = 65536
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_ODD = b'{"runs": 7, "experiments": 7, "run": 7, "model_versions": 7, "registered_model": 7, "id": [7], "status": 7}'
_HALF = b'{"runs": [{"info": {"run_id": "abc'


class Fault(StrEnum):
    """The fault of the service."""

    DOWN = "down"
    REFUSES = "refuses"
    HANGS = "hangs"
    ERROR_500 = "500"
    HTML = "html"
    HALF_JSON = "half-json"
    WRONG_TYPES = "wrong-types"
    SLOW = "slow"


ANSWERS = {
    Fault.REFUSES: (401, "text/plain", b"who are you?"),
    Fault.ERROR_500: (500, "application/json", b'{"error": "boom"}'),
    Fault.HTML: (200, "text/html", b"<!DOCTYPE html><title>It works!</title>"),
    Fault.HALF_JSON: (200, "application/json", _HALF),
    Fault.WRONG_TYPES: (200, "application/json", _ODD),
}


class Relay:
    """Passes requests on to `behind` while it has no fault; each connection is one exchange, or one WebSocket."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (parts.hostname or "", parts.port or 80)
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._ended = threading.Event()
        self._listener = self._listening(0)
        self.port = int(self._listener.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._stop_listening()
        self._cut()

    @property
    def fault(self) -> Fault | None:
        """Returns the current fault."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        before, self._fault = self._fault, fault
        if fault is Fault.DOWN:
            self._stop_listening()
        elif before is Fault.DOWN:
            self._listener = self._listening(self.port)
        if fault not in (Fault.HANGS, Fault.SLOW):  # with these, an open connection stays open
            self._cut()

    def _listening(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which a close alone does not
        self._listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _cut(self) -> None:
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            self._exchange(client)
        except OSError:
            pass  # one side closed
        finally:
            with self._lock:
                self._open.discard(client)
            client.close()

    def _exchange(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(_PIECE)
            if not piece:
                return
            head += piece
        fault = self._fault
        if fault is Fault.HANGS:
            self._wait(client)
        elif fault in ANSWERS:
            key = re.search(rb"(?i)^Sec-WebSocket-Key: *(\S+)", head, re.M)
            if key and fault in (Fault.HALF_JSON, Fault.WRONG_TYPES):
                self._talk_nonsense(client, key[1], ANSWERS[fault][2])
            else:
                _answer(client, *ANSWERS[fault])
        else:
            if fault is Fault.SLOW:
                self._ended.wait(SLOW_SECONDS)
            self._pass_on(client, head)

    def _pass_on(self, client: socket.socket, head: bytes) -> None:
        with socket.create_connection(self._behind, timeout=60) as service:
            service.sendall(head)
            back = threading.Thread(target=self._pump, args=(service, client), daemon=True)
            back.start()
            self._pump(client, service)
            back.join(60)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if self._fault is Fault.HANGS:
                    self._wait(source)  # from here on the connection is silent, and cut on recovery
                    break
                if self._fault is Fault.SLOW:
                    self._ended.wait(SLOW_SECONDS)
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _wait(self, client: socket.socket) -> None:
        """Sends nothing until it is cut, or the client closes."""
        while not self._ended.is_set() and client.recv(_PIECE):
            pass

    def _talk_nonsense(self, client: socket.socket, key: bytes, text: bytes) -> None:
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
        client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        client.sendall(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        while not self._ended.is_set():
            client.sendall(bytes([0x81, len(text)]) + text)  # one text frame of at most 125 bytes
            time.sleep(0.5)


def _answer(client: socket.socket, status: int, kind: str, body: bytes) -> None:
    head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    client.sendall(head.encode() + body)
    # A close with the request's body unread would reset the connection, and lose the answer.
    client.shutdown(socket.SHUT_WR)
    client.settimeout(2)
    while client.recv(_PIECE):
        pass
