"""Real HTTP servers in this process: one that records its requests, and a proxy that behaves as proxies do."""

import select
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple
from urllib.parse import urlsplit

Answer = tuple[int, dict[str, str], bytes]


class ReceivedRequest(NamedTuple):
    """Holds a received request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class _Server:
    """Runs a server at `address` from `with` on; its requests are in `received`."""

    def __init__(self, handler: Callable[["_Server"], type[BaseHTTPRequestHandler]]) -> None:
        self.received: list[ReceivedRequest] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def note(self, request: BaseHTTPRequestHandler) -> ReceivedRequest:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.received.append(ReceivedRequest(request.command, request.path, dict(request.headers), body))
        return self.received[-1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Oracle(_Server):
    """Answers by `answers`: path without query to answer; 200 and `{}` for any other."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        super().__init__(self._handler)

    def __enter__(self) -> "Oracle":
        return self

    def _handler(self, outer: _Server) -> type[BaseHTTPRequestHandler]:
        oracle = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                path = outer.note(self).path.partition("?")[0]
                status, headers, content = oracle.answers.get(path, (200, {}, b"{}"))
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing: the tests check `received`."""

        return Handler


class Proxy(_Server):
    """Passes plain HTTP on, and opens tunnels, both to `leads_to` whatever was requested; or answers `refusal`."""

    def __init__(self, leads_to: str, refusal: int | None = None) -> None:
        self.leads_to = urlsplit(leads_to)
        self.refusal = refusal
        super().__init__(self._handler)

    def __enter__(self) -> "Proxy":
        return self

    def _handler(self, outer: _Server) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                received = outer.note(self)
                if proxy.refusal is not None:
                    self.send_error(proxy.refusal)
                    return
                connection = HTTPConnection(proxy.leads_to.hostname or "", proxy.leads_to.port)
                parts = urlsplit(received.path)
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                connection.request(received.method, path, received.body, dict(received.headers))
                answer = connection.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
                connection.close()

            do_GET = do_POST = do_DELETE = _serve

            def do_CONNECT(self) -> None:
                outer.note(self)
                if proxy.refusal is not None:
                    self.send_error(proxy.refusal)
                    return
                with socket.create_connection((proxy.leads_to.hostname or "", proxy.leads_to.port)) as there:
                    self.send_response(200)
                    self.end_headers()
                    with suppress(OSError):  # one of them has closed
                        _tunnel(self.connection, there)

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing: the tests check `received`."""

        return Handler


def _tunnel(one: socket.socket, other: socket.socket) -> None:
    ways = {one: other, other: one}
    while True:
        for ready in select.select(list(ways), [], [], 20)[0]:
            data = ready.recv(2**16)
            if not data:
                return
            ways[ready].sendall(data)


def closed_port() -> int:
    """Returns a port of this machine where no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
