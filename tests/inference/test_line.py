"""A client that does not read is closed and never waited for; with real sockets and without an engine."""

import re
import socket
import time

import pytest

from sockets import message_sender
from sockets.connections import Connection
from sockets.message_sender import MessageSender


def tcp_connection() -> tuple[socket.socket, socket.socket]:
    """Returns both ends of a TCP connection; the client's has a small buffer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        served, _ = listener.accept()
    served.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**18)
    return served, client


def test_a_client_that_reads_nothing_is_closed_when_the_buffer_is_full() -> None:
    served, client = tcp_connection()
    with served, client:
        sender, began = MessageSender(Connection(served, None)), time.monotonic()
        with pytest.raises(OSError, match=r"full|unavailable"):
            _flood(sender)
        assert time.monotonic() - began < 20
        assert served.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        client.settimeout(2)
        while client.recv(2**16):  # what remains, and then the end
            pass


def test_a_client_that_lags_for_too_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    served, client = tcp_connection()
    with served, client:
        sender = MessageSender(Connection(served, None))
        for _ in range(100):
            sender.send("x" * 1000)
        sender.send("here it is noticed")
        monkeypatch.setattr(message_sender, "_BEHIND_SECONDS", 0.1)  # later than the loop, which may take longer
        time.sleep(0.2)
        with pytest.raises(OSError, match="does not read"):
            sender.send("too late")


def test_a_client_that_reads_gets_every_message_in_order() -> None:
    served, client = tcp_connection()
    with served, client:
        sender, read = MessageSender(Connection(served, None)), b""
        for number in range(300):
            sender.send(f"<{number}>")
            read += client.recv(2**16)
        assert [int(number) for number in re.findall(rb"<(\d+)>", read)] == list(range(300))


def _flood(sender: MessageSender) -> None:
    for _ in range(10_000):
        sender.send("x" * 1000)
