"""A sample app under gunicorn and the dashboard's worker, raw connections to it, and clients that misbehave."""

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import requests

from tests.gpus.monitor import free_port

ROOT = Path(__file__).parents[2]
_CONFIGURATION = """\
from api.edge.bulkheads import DashboardWorker
bind = "127.0.0.1:{port}"
worker_class = {worker}
threads = {threads}
worker_connections = {connections}
keepalive = 75
control_socket_disable = True
"""


@contextlib.contextmanager
def sample_server(
    folder: Path,
    *,
    threads: int = 4,
    connections: int = 1000,
    worker: str = "DashboardWorker",
    arguments: Sequence[str] = (),
) -> Iterator[int]:
    """Runs the sample app with `threads` threads; yields its port."""
    port = free_port()
    configuration = folder / "gunicorn.conf.py"
    configuration.write_text(_CONFIGURATION.format(port=port, threads=threads, connections=connections, worker=worker))
    options = ["--config", str(configuration), *arguments]
    command = [sys.executable, "-m", "gunicorn", *options, "tests.serving.sample_app:app"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: process.poll() is not None or answers(port))
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        yield port
    finally:
        process.terminate()
        process.wait(120)


def answers(port: int, path: str = "/health") -> bool:
    """Returns whether a request is answered with 200."""
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=30).ok
    except requests.ConnectionError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Waits for a condition; machines may be slow."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"did not happen within {seconds} s"
        time.sleep(0.05)


def connect(port: int, receive_bytes: int | None = None) -> socket.socket:
    """Opens a raw connection; with a small receive buffer its server soon has to wait."""
    client = socket.socket()
    if receive_bytes is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    return client


class SlowClients:
    """Runs clients that send `begin` at once and then a byte a second of `drop`, again and again, until they are
    cut off."""

    def __init__(self, port: int, count: int, begin: bytes, drop: bytes = b"x") -> None:
        self._drop = drop
        self._clients = [connect(port) for _ in range(count)]
        self._ended = threading.Event()
        self.answers: list[bytes] = []
        for client in self._clients:
            client.sendall(begin)
        self._thread = threading.Thread(target=self._drip, daemon=True)

    def __enter__(self) -> "SlowClients":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()
        for client in self._clients:
            client.close()

    @property
    def connected(self) -> int:
        """Returns the number of clients that are not cut off yet."""
        return len(self._clients) - len(self.answers)

    def _drip(self) -> None:
        turns = 0
        with selectors.DefaultSelector() as watched:
            for client in self._clients:
                watched.register(client, selectors.EVENT_READ)
            while watched.get_map() and not self._ended.wait(1.0):
                readable = [key.fileobj for key, _ in watched.select(0)]
                for client in self._clients:
                    if client in readable:
                        watched.unregister(client)
                        self.answers.append(_read_remaining(client))
                    elif client.fileno() in watched.get_map():
                        with contextlib.suppress(OSError):  # the end is noticed on reading
                            client.send(self._drop[turns % len(self._drop) :][:1])
                turns += 1


def _read_remaining(client: socket.socket) -> bytes:
    """Returns what the server sent before it closed."""
    received = b""
    with contextlib.suppress(OSError):
        while piece := client.recv(2**16):
            received += piece
    return received


def read_answer(client: socket.socket, received: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """Reads head and body of one answer with a Content-Length, and what came after it; `received` came before."""
    while b"\r\n\r\n" not in received:
        piece = client.recv(2**16)
        assert piece, received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < length:
        piece = client.recv(2**16)
        assert piece, f"ended after {len(body)} of {length} bytes"
        body += piece
    return head, body[:length], body[length:]
