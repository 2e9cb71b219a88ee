"""The event loop handles the events of one turn in any order: real sockets and a real poller, stepped by hand."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from gunicorn.config import Config

from serving.client_loop import ClientLoop
from serving.client_socket import ClientSocket
from serving.connection import Connection, Phase
from tests.serving.sample_server import wait_until

REQUEST = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


class Stepped:
    """Steps the event loop by hand; calls from threads are executed in `turn`, as in gunicorn."""

    def __init__(self, listener: socket.socket) -> None:
        self.poller = selectors.DefaultSelector()
        self.received: list[Connection] = []
        self.ended = 0
        self.loop = ClientLoop(self.poller, self.received.append, self._note_end, 60.0)
        self._listener = listener
        self._deferred: list[Connection] = []
        self._made: list[Connection] = []

    def connect(self) -> tuple[socket.socket, Connection]:
        """Returns a client, with a small buffer, and its connection in the loop."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(60)
        client.connect(self._listener.getsockname())
        accepted, address = self._listener.accept()
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sock = ClientSocket(accepted)
        connection = Connection(Config(), sock, address, self._listener.getsockname(), 2**20)
        sock.outbox.wake = lambda: self._deferred.append(connection)
        self._made.append(connection)
        self.loop.add(connection)
        return client, connection

    def events(self) -> list[selectors.SelectorKey]:
        """Returns the events of the next turn, after the calls from threads."""
        while self._deferred:
            self.loop.send_later(self._deferred.pop(0))
        return [key for key, _ in self.poller.select(0.05)]

    def turn(self, events: list[selectors.SelectorKey] | None = None) -> None:
        """Handles the events, or the remaining ones of a turn that was begun."""
        for key in self.events() if events is None else events:
            key.data(key.fileobj)

    def turn_until(self, condition: Callable[[], object]) -> None:
        def has_happened() -> bool:
            self.turn()
            return bool(condition())

        wait_until(has_happened)

    def close(self) -> None:
        for connection in self._made:
            connection.sock.discard()
        self.poller.close()

    def _note_end(self) -> None:
        self.ended += 1


@pytest.fixture
def stepped() -> Iterator[Stepped]:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        stepped = Stepped(listener)
        yield stepped
        stepped.close()


def fill(connection: Connection) -> int:
    """Fills the buffers of the connection; returns the number of bytes."""
    filled = refused = 0
    while refused < 5:
        try:
            filled += connection.sock.send(bytes(2**14 if not refused else 1), socket.MSG_DONTWAIT)
        except BlockingIOError:  # for good, or until sent bytes have arrived
            refused += 1
            time.sleep(0.02)
    return filled


def receive(client: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(client.recv(min(size, 2**16)))


def test_a_connection_evicted_in_the_same_turn_is_closed_once(stepped: Stepped) -> None:
    """Its own event is handled after that; counted twice, the worker would soon admit more clients than its limit."""
    with stepped.connect()[0] as client:
        client.sendall(REQUEST)
        events = stepped.events()
        assert len(events) == 1
        stepped.loop.make_room()
        stepped.turn(events)
        stepped.loop.sweep()
        assert stepped.ended == 1
        assert stepped.received == []


def test_a_connection_answered_in_this_turn_gets_its_next_request_read(stepped: Stepped) -> None:
    """The event says it can be written to, but nothing is left to send: it is to be read."""
    client, connection = stepped.connect()
    with client:
        client.sendall(REQUEST)
        stepped.turn_until(lambda: stepped.received)
        connection.init()
        filled = fill(connection)
        connection.sock.sendall(b"the rest")
        stepped.turn()
        assert connection.watched_for == selectors.EVENT_WRITE
        receive(client, filled)
        events: list[selectors.SelectorKey] = []
        wait_until(lambda: bool(events.extend(stepped.events()) or events))
        stepped.loop.answered(connection, stays_open=True)
        assert connection.phase is Phase.RECEIVING
        stepped.turn(events)
        receive(client, len(b"the rest"))
        client.sendall(REQUEST)
        stepped.turn_until(lambda: len(stepped.received) == 2)


def test_an_unsent_100_continue_does_not_block_the_response(stepped: Stepped) -> None:
    """The promise to read its body waits in the outbox, and behind it the whole answer."""
    client, connection = stepped.connect()
    with client:
        filled = fill(connection)
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        stepped.turn_until(lambda: connection.has_continued)
        assert connection.sock.outbox
        client.sendall(b"abc")
        stepped.turn_until(lambda: stepped.received)
        pieces, got = 64, 0

        def answer() -> None:
            for _ in range(pieces):
                connection.sock.sendall(bytes(2**14))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client.setblocking(False)

        def is_there() -> bool:
            nonlocal got
            with contextlib.suppress(BlockingIOError):
                got += len(client.recv(2**16))
            return got == filled + len(b"HTTP/1.1 100 Continue\r\n\r\n") + pieces * 2**14

        stepped.turn_until(is_there)
        thread.join(60)
        assert not thread.is_alive()
