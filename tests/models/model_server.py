"""A real model server in the test process: the contract, and every way to break it that we could think of."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

Answer = tuple[int, bytes]
_MODELS = "/api/models"
HANG = "hang"
LOSE = "lose"
"""Does what it is asked, and never answers."""


class ModelServer:
    """Keeps models and the active one. `misbehave` may answer instead: it maps (method, path) to an answer, or
    None.

    The answer may be `HANG` (nothing happens, no answer comes) or `LOSE`.
    """

    def __init__(self) -> None:
        self.models: dict[str, dict[str, Any]] = {}
        self.active: str | None = None
        self.requests: list[str] = []
        self.misbehave: Callable[[str, str], Answer | str | None] = lambda method, path: None
        self.refusal: str | None = None
        self.rows: Callable[[list[Any]], list[Any]] = lambda rows: rows
        self.delay = 0.0
        self._added = 0
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "ModelServer":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def add(self, model_id: Any = None, **fields: Any) -> str:
        """Stores another model; an id may be a number."""
        self._added += 1  # no id is used twice
        given = str(self._added) if model_id is None else model_id
        self.models[str(given)] = {"id": given, **fields}
        return str(given)

    def request_count(self, method: str) -> int:
        """Returns how many requests of this method came."""
        return sum(request.startswith(f"{method} ") for request in self.requests)

    def respond(self, method: str, path: str, body: bytes) -> Answer:
        """Answers as the contract requires."""
        with self._lock:
            if path == "/health":
                return _json(200, {"status": "ok"})
            if path == _MODELS and method == "GET":
                return _json(200, self.rows([_row(model) for model in self.models.values()]))
            if path == f"{_MODELS}/active":
                return self._activate(json.loads(body)["model_id"]) if method == "POST" else self._describe(self.active)
            if path.startswith(f"{_MODELS}/"):
                model_id = unquote(path.removeprefix(f"{_MODELS}/"))
                return self._delete(model_id) if method == "DELETE" else self._describe(model_id)
            return _json(404, {"error": "no such path"})

    def _describe(self, model_id: str | None) -> Answer:
        if model_id not in self.models:
            return _json(404, {"error": "no such model"})
        return _json(200, self.models[model_id])

    def _activate(self, model_id: str) -> Answer:
        if model_id not in self.models:
            return _json(404, {"error": "no such model"})
        if self.refusal is not None:
            return _json(409, {"error": "refused", "details": self.refusal})
        self.active = model_id
        return _json(200, {"id": self.models[model_id]["id"], "message": "activated"})

    def _delete(self, model_id: str) -> Answer:
        if model_id not in self.models:
            return _json(404, {"error": "no such model"})
        if model_id == self.active:
            return _json(409, {"error": "active", "details": "activate another one first"})
        del self.models[model_id]
        return 204, b""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.requests.append(f"{self.command} {self.path}")
                planned = outer.misbehave(self.command, self.path)
                if outer.delay:
                    outer._released.wait(outer.delay)
                if planned == LOSE:
                    outer.respond(self.command, self.path, body)
                if isinstance(planned, str):
                    outer._released.wait(60)
                else:
                    self._send(*(planned or outer.respond(self.command, self.path, body)))

            do_GET = do_POST = do_DELETE = _serve

            def _send(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing: the tests check `requests`."""

        return Handler


def _row(model: dict[str, Any]) -> dict[str, Any]:
    """Returns a model's row: the list omits what only a model's own page shows."""
    return {key: value for key, value in model.items() if key != "total_episodes"}


def _json(status: int, body: object) -> Answer:
    return status, json.dumps(body).encode()
