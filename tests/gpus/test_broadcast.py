"""A slow viewer gets the newest message, not the oldest; with real sockets and without a GPU."""

import resource
import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from wsproto.frame_protocol import FrameProtocol, Opcode

from sockets.broadcast import Broadcast
from sockets.connections import Connection
from sockets.frames import text_frame, unsent
from sockets.socket_route import SocketRoute


@pytest.fixture
def connected_pair() -> Iterator[tuple[Connection, socket.socket]]:
    """Returns both ends of a TCP connection with small buffers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        served, _ = listener.accept()
    served.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**18)
    with client, served:
        yield Connection(served, None), client


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_a_frame_is_read_by_a_websocket_library(length: int) -> None:
    frames = FrameProtocol(client=True, extensions=[])
    frames.receive_bytes(text_frame("ü" * (length // 2) + "x" * (length % 2)))
    read = list(frames.received_frames())
    assert "".join(str(one.payload) for one in read) == "ü" * (length // 2) + "x" * (length % 2)
    assert read[0].opcode == Opcode.TEXT
    assert read[-1].message_finished


def test_a_slow_viewer_skips_messages_and_then_gets_the_newest(
    connected_pair: tuple[Connection, socket.socket],
) -> None:
    server, client = connected_pair
    broadcast = Broadcast()
    broadcast.add(server, lambda: "first")
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


def test_a_few_unacknowledged_bytes_delay_no_message(connected_pair: tuple[Connection, socket.socket]) -> None:
    server, _ = connected_pair
    while not 0 < unsent(server.sock) <= 256:  # such as the handshake's answer on a long line: not acknowledged yet
        server.sock.send(b"x" * 64, socket.MSG_DONTWAIT)
    broadcast = Broadcast()
    broadcast.add(server, lambda: "first")
    assert broadcast.skipped == 0
    assert unsent(server.sock) > 0


def test_only_the_viewer_that_disconnected_is_dropped(connected_pair: tuple[Connection, socket.socket]) -> None:
    server, client = connected_pair
    broadcast = Broadcast()
    with socket.socket() as never_connected:
        broadcast.add(Connection(never_connected, None), lambda: "first")
    broadcast.add(server, lambda: "first")
    broadcast.publish("second")
    assert len(broadcast) == 1
    assert broadcast.dropped == 1
    assert _read_all(client) == ["first", "second"]


def test_a_failed_handshake_for_lack_of_file_descriptors_frees_its_place(
    connected_pair: tuple[Connection, socket.socket],
) -> None:
    server, _ = connected_pair
    app = Flask("no-files")
    SocketRoute(app, "/ws", handle_connection=lambda viewer: None, most_viewers=1, origins=set())

    def ask() -> tuple[int, str]:
        answer = app.test_client().get("/ws", environ_base={"gunicorn.socket": server.sock})
        return answer.status_code, answer.text

    assert ask()[0] == 400  # admitted, and then no WebSocket handshake
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Below 3 none is ever free; above, another thread of this process may close one meanwhile.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        refused = [ask() for _ in range(3)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert all(code == 503 and "Too many open files" in body for code, body in refused), refused
    assert ask()[0] == 400


def _read_all(client: socket.socket) -> list[str]:
    """Returns the messages that have arrived, until there is silence."""
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
