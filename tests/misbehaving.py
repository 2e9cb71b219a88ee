"""A real HTTP server in front of another one that can be made to misbehave."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import orjson
import requests

Answer = tuple[int, bytes, str]

HTML = (200, b"<!DOCTYPE html><title>It works!</title>", "text/html")
ERROR_500 = (500, b'{"error_code": "INTERNAL_ERROR", "message": "boom"}', "application/json")
HALF_JSON = (200, b'{"runs": [{"info": {"run_id": "abc', "application/json")
WRONG_TYPES = (200, b'{"runs": 7, "experiments": "none"}', "application/json")
REFUSED = (401, b"who are you?", "text/plain")
HANG = "hang"
DRIP = "drip"
DRIP_HEADERS = "drip headers"
BREAK_OFF = "break off"
_OF_FILES = ("Content-Disposition", "Content-Range")


class Misbehaving:
    """Passes requests on to `behind` while `answer` is None, else returns that answer, hangs, drips, or breaks off.

    `alter` may change what is passed on: (path, status, body) to body. With `redirects`, a status, each POST and
    DELETE is redirected to a healthy page, as a proxy with a login does.
    """

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.answer: Answer | str | None = None
        self.alter: Callable[[str, bytes], bytes] | None = None
        self.redirects: int | None = None
        self.passes_ranges = True
        """Whether a part of a file can be had; else it is sent whole, as MLflow does it from a bucket."""
        self.instead: dict[str, Answer] = {}
        """Answers to paths that end so, which are not passed on."""
        self.requests: list[str] = []
        self.answered: list[tuple[int, str]] = []
        """Status and path of what was passed on."""
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Misbehaving":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            _etag: str | None = None
            _of_file: tuple[tuple[str, str], ...] = ()

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.requests.append(f"{self.command} {self.path}")
                if outer.redirects is not None and (self.command != "GET" or self.path == "/login"):
                    self._redirect(outer.redirects)
                elif outer.answer == HANG:
                    outer._released.wait(600)
                elif outer.answer == DRIP:
                    self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                elif outer.answer == DRIP_HEADERS:
                    self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                elif outer.answer == BREAK_OFF:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}")
                    self.close_connection = True
                else:
                    instead = next((it for end, it in outer.instead.items() if self.path.endswith(end)), None)
                    self._send(*(instead or outer.answer or self._passed_on(body)))  # type: ignore[misc]

            do_GET = do_POST = do_DELETE = _serve

            def _redirect(self, status: int) -> None:
                self.send_response(200 if self.path == "/login" else status)
                self.send_header("Location", "/login")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def _passed_on(self, body: bytes) -> Answer:
                headers = {"Content-Type": "application/json"}
                # A client that has cached the original has not cached the altered answer.
                if "If-None-Match" in self.headers and outer.alter is None:
                    headers["If-None-Match"] = self.headers["If-None-Match"]
                if "Range" in self.headers and outer.passes_ranges:
                    headers["Range"] = self.headers["Range"]
                answer = requests.request(
                    self.command, outer.behind + self.path, data=body, headers=headers, timeout=60
                )
                content = answer.content if outer.alter is None else outer.alter(self.path, answer.content)
                self._of_file = tuple((name, answer.headers[name]) for name in _OF_FILES if name in answer.headers)
                outer.answered.append((answer.status_code, self.path))
                # An altered answer is another version.
                self._etag = answer.headers.get("ETag") if content == answer.content else None
                return answer.status_code, content, answer.headers.get("Content-Type", "text/plain")

            def _send(self, status: int, content: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if self._etag is not None:
                    self.send_header("ETag", self._etag)
                for name, value in self._of_file:
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _drip(self, begin: bytes) -> None:
                self.wfile.write(begin)
                while not outer._released.wait(0.2):
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    except OSError:
                        return

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing: the tests check `requests`."""

        return Handler


def only(*experiment_ids: str) -> Callable[[str, bytes], bytes]:
    """Returns an `alter` that removes all experiments of an MLflow but these."""

    def alter(path: str, content: bytes) -> bytes:
        answer = orjson.loads(content) if path.endswith("experiments/search") else {}
        if "experiments" not in answer:
            return content
        return orjson.dumps({"experiments": [e for e in answer["experiments"] if e["experiment_id"] in experiment_ids]})

    return alter


def first_page_until(may_continue: threading.Event) -> Callable[[str, bytes], bytes]:
    """Returns an `alter` that passes on the first page of runs, and the others once `may_continue` is set."""
    pages = iter(range(1_000_000))

    def alter(path: str, content: bytes) -> bytes:
        if path.endswith("runs/search") and next(pages):
            may_continue.wait(600)
        return content

    return alter


def eventually(condition: Callable[[], object], within_seconds: float = 240) -> None:
    """Waits until `condition()` is true; fails with its last exception, or an assertion that names the condition."""
    ends = time.monotonic() + within_seconds
    while True:
        try:
            if condition():
                return
        except Exception:
            if time.monotonic() > ends:
                raise
        if time.monotonic() > ends:
            raise AssertionError(f"did not happen within {within_seconds} s")
        time.sleep(0.05)
