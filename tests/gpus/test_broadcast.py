"""A viewer that is slow gets the newest message, not the oldest; real sockets, and no GPU in sight."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from wsproto.frame_protocol import FrameProtocol, Opcode

from sockets.broadcast import Broadcast
from sockets.frames import text_frame


@dataclass(eq=False)
class Accepted:
    """The server's end of a connection, after the handshake."""

    sock: socket.socket


@pytest.fixture
def ends() -> Iterator[tuple[Accepted, socket.socket]]:
    """Both ends of a TCP connection with small buffers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        served, _ = listener.accept()
    served.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**18)
    with client, served:
        yield Accepted(served), client


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_a_frame_is_what_a_websocket_library_reads(length: int) -> None:
    frames = FrameProtocol(client=True, extensions=[])
    frames.receive_bytes(text_frame("ü" * (length // 2) + "x" * (length % 2)))
    read = list(frames.received_frames())
    assert "".join(str(one.payload) for one in read) == "ü" * (length // 2) + "x" * (length % 2)
    assert read[0].opcode == Opcode.TEXT
    assert read[-1].message_finished


def test_a_slow_viewer_skips_and_then_gets_the_newest(ends: tuple[Accepted, socket.socket]) -> None:
    server, client = ends
    broadcast = Broadcast()
    broadcast.join(server, lambda: "first")
    for number in range(50):
        broadcast.publish(f"{number} " + "x" * 20_000)
    assert broadcast.skipped > 40
    assert len(broadcast) == 1
    messages = _read_all(client)
    broadcast.publish("newest")
    messages += _read_all(client)
    assert messages[0] == "first"
    assert messages[-1] == "newest"
    assert len(messages) < 10
    assert all(len(message) > 20_000 for message in messages[1:-1])  # whole ones only


def test_a_viewer_that_is_gone_is_dropped_and_the_others_are_not(ends: tuple[Accepted, socket.socket]) -> None:
    server, client = ends
    broadcast = Broadcast()
    gone = Accepted(socket.socket())
    gone.sock.close()
    broadcast.join(gone, lambda: "first")
    broadcast.join(server, lambda: "first")
    broadcast.publish("second")
    assert len(broadcast) == 1
    assert broadcast.dropped == 1
    assert _read_all(client) == ["first", "second"]


def _read_all(client: socket.socket) -> list[str]:
    """The messages that have come, until there is silence."""
    frames = FrameProtocol(client=True, extensions=[])
    client.settimeout(0.3)
    messages, part = [], ""
    while True:
        try:
            frames.receive_bytes(client.recv(2**16))
        except TimeoutError:
            return messages
        for frame in frames.received_frames():
            part += str(frame.payload)
            if frame.message_finished:
                messages.append(part)
                part = ""
