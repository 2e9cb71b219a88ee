"""A webhook's receiver in the test's process, which stores its messages, and misbehaves as a test sets it."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import orjson

from tests.misbehaving import eventually


class Webhook:
    """Accepts what Apprise's json:// sends; `answer` is the status, `before` is called with each message first."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.at: list[float] = []
        self.request_count = 0
        self.answer = 200
        self.hangs = threading.Event()
        self.hangs.set()
        self.before: Callable[[dict[str, Any]], None] = lambda _message: None
        self.after: Callable[[dict[str, Any]], None] = lambda _message: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"json://127.0.0.1:{self.port}/s3cr3t-t0ken-of-the-team"

    def __enter__(self) -> "Webhook":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hangs.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in list(self.messages)]

    def ids(self) -> Counter[str]:
        """Returns how often each alert was sent."""
        lines = (line for message in list(self.messages) for line in message["message"].splitlines())
        return Counter(one.strip("[]") for line in lines if line.startswith("[") for one in line.split())

    def wait_for(self, *words: str, within_seconds: float = 240) -> dict[str, Any]:
        """Returns the first message with all these words."""
        found: list[dict[str, Any]] = []

        def came() -> bool:
            found[:] = [one for one in list(self.messages) if all(word in f"{one}" for word in words)]
            return bool(found)

        try:
            eventually(came, within_seconds)
        except AssertionError as error:
            raise AssertionError(f"{words} not in {self.titles}") from error
        return found[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.request_count += 1
                answer = outer.answer
                outer.before(message)
                outer.hangs.wait(120)
                if answer == 200:
                    outer.messages.append(message)
                    outer.at.append(time.time())
                with suppress(OSError):  # the sender was killed
                    self.send_response(answer)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")
                    self.wfile.flush()
                outer.after(message)

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        return Handler
