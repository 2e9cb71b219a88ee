"""Clients that delay a request or an answer: many more than there are threads, without effect on others."""

import contextlib
import socket
import threading
import time
from pathlib import Path

import requests

from serving.pace import WINDOW_BYTES
from tests.serving.sample_app import FILE_BYTES
from tests.serving.sample_server import SlowClients, answers, connect, read_answer, sample_server, wait_until

TCP_CLOSE = 7  # in Linux's tcp_states.h
MANY = 40  # of four threads
POST = b"POST /echo HTTP/1.1\r\nHost: h\r\n"
DRIPS = {
    "nothing": (b"", b"\r\n"),
    "half a request line": (b"GE", b"T"),
    "half a head": (b"GET / HTTP/1.1\r\nHost: h\r\nX-", b"a"),
    "head lines": (b"GET / HTTP/1.1\r\n", b"A: b\r\n"),
    "half a body": (POST + b"Content-Length: 100000\r\n\r\n", b"x"),
    "a body of unknown length": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "the size of a chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "what follows the last chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
    "after a promise": (POST + b"Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n", b"x"),
    "a second request": (b"GET /health HTTP/1.1\r\nHost: h\r\n\r\nGET /heal", b"t"),
}


def test_clients_that_send_too_slowly_are_cut_off_and_delay_no_other(port: int) -> None:
    with contextlib.ExitStack() as ended:
        drips = {what: ended.enter_context(SlowClients(port, MANY, *sent)) for what, sent in DRIPS.items()}
        assert drips["half a body"].connected == MANY
        for _ in range(5):
            assert answers(port)
        assert requests.post(f"http://127.0.0.1:{port}/echo?n=1", data=b"abc", timeout=60).text.startswith("3 ")
        for what, those in drips.items():
            wait_until(lambda those=those: those.connected == 0)  # type: ignore[misc]
            # Cut off, and if the head was complete, with the reason.
            expected = b"HTTP/1.1 408" if "body" in what or "chunk" in what else b""
            assert all(answer.startswith(expected) for answer in those.answers), what
    assert answers(port)


def test_a_body_sent_too_slowly_is_refused_with_408(port: int) -> None:
    with SlowClients(port, 1, POST + b"Content-Length: 100000\r\n\r\n") as drips:
        wait_until(lambda: drips.connected == 0)
    (answer,) = drips.answers
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"request-too-slow"' in answer


def test_clients_that_do_not_read_delay_no_others_and_are_cut_off(port: int) -> None:
    # A streamed answer holds its thread: three of these hold three of the four.
    clients_by_path = {"/file": MANY, f"/bytes?n={FILE_BYTES}": MANY, "/stream?n=384": 3}
    readers = []
    for path, count in clients_by_path.items():
        for _ in range(count):
            readers.append(connect(port, receive_bytes=4096))
            readers[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    for _ in range(5):
        assert answers(port)
    wait_until(lambda: all(map(has_been_cut_off, readers)))
    for reader in readers:
        reader.close()
    assert answers(port)


def test_clients_that_do_not_read_file_ranges_hold_no_thread(port: int) -> None:
    """They are sent in pieces, and not as a file: all heads have arrived while no client reads on."""
    with contextlib.ExitStack() as ended:
        readers = [ended.enter_context(connect(port, receive_bytes=4096)) for _ in range(MANY)]
        for reader in readers:
            reader.sendall(b"GET /file HTTP/1.1\r\nHost: h\r\nRange: bytes=1-2000000\r\n\r\n")
        assert {reader.recv(12) for reader in readers} == {b"HTTP/1.1 206"}


def has_been_cut_off(reader: socket.socket) -> bool:
    """Returns whether the connection is closed, without reading from it: reading would keep it open."""
    return reader.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == bytes([TCP_CLOSE])


def test_a_slow_but_steady_upload_is_served(port: int) -> None:
    """It sends four times as fast as the slowest that is allowed, for longer than one window."""
    body = bytes(6 * WINDOW_BYTES)
    with connect(port) as client:
        client.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 4096):
            client.sendall(body[start : start + 4096])
            time.sleep(0.3)
        assert read_answer(client)[1].startswith(b"%d " % len(body))


def test_connections_beyond_the_limit_evict_the_longest_waiting(tmp_path: Path) -> None:
    with sample_server(tmp_path, connections=30) as port, SlowClients(port, 100, b"GET / HT", b"T") as drips:
        for _ in range(5):
            assert answers(port)
        wait_until(lambda: drips.connected == 0)
        assert answers(port)


def test_slow_but_steady_readers_are_evicted_for_new_clients(tmp_path: Path) -> None:
    """Otherwise so many readers, each just fast enough, would keep all others out for good."""
    with sample_server(tmp_path, connections=30) as port, contextlib.ExitStack() as ended:
        readers = []
        for _ in range(30):  # one after the other: each is being answered when the next arrives
            readers.append(ended.enter_context(connect(port, receive_bytes=2**15)))
            readers[-1].sendall(b"GET /file HTTP/1.1\r\nHost: h\r\n\r\n")
            assert readers[-1].recv(1)
        is_over = threading.Event()

        def read() -> None:
            while not is_over.wait(0.2):
                for reader in readers:
                    with contextlib.suppress(OSError):
                        reader.recv(2**15, socket.MSG_DONTWAIT)

        thread = threading.Thread(target=read)
        thread.start()
        try:
            assert all(answers(port) for _ in range(5))
        finally:
            is_over.set()
            thread.join()
