"""A small app under the dashboard's own worker, to see what becomes of requests and answers."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, Response, request, send_file

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 2**20
_held = threading.Condition()
FILE_BYTES = 24 * 2**20
_file = Path("file").absolute()


@app.get("/health")
def health() -> str:
    return "healthy"


@app.post("/echo")
def echo() -> Response:
    """Returns the method, the body's length and hash, as they arrived."""
    body = request.get_data()
    return Response(f"{len(body)} {hashlib.sha256(body).hexdigest()} {request.args.get('n', '')}")


@app.post("/unread")
def unread() -> str:
    """Answers without reading the body."""
    return "not read"


@app.get("/api/hold")
def hold() -> str:
    """Waits until /api/health is requested, or for a minute: work that waits for another service."""
    with _held:
        _held.wait(timeout=60)
    return "held"


@app.get("/api/models/<name>/policy")
def policy(name: str) -> str:
    """Waits as `hold` does, at an address of policy files."""
    return hold()


@app.post("/_dash-update-component")
def callback() -> str:
    """Answers at once, unless its output is slow."""
    return hold() if request.get_json()["output"].startswith("slow") else "quick"


@app.get("/api/health")
def release() -> str:
    """Releases all waiting requests."""
    with _held:
        _held.notify_all()
    return "released"


@app.get("/file")
def file() -> Response:
    with _file.open("ab") as written:
        written.truncate(FILE_BYTES)
    return send_file(_file, mimetype="application/octet-stream")


@app.get("/bytes")
def many_bytes() -> Response:
    return Response(bytes(int(request.args["n"])))


@app.get("/nothing")
def nothing() -> Response:
    """Returns an answer without a body, by its status."""
    return Response(status=int(request.args["n"]))


@app.get("/stream")
def stream() -> Response:
    """Streams an answer that is made while it is sent."""
    return Response((bytes(2**16) for _ in range(int(request.args["n"]))), mimetype="application/octet-stream")


@app.get("/breaks")
def breaks() -> Response:
    """Fails in the middle of its answer."""

    size = int(request.args.get("n", 0)) * 2**16

    def pieces() -> Iterator[bytes]:
        yield bytes(size) + b"first"
        raise RuntimeError("on purpose")

    return Response(pieces())


@app.get("/stop")
def stop() -> str:
    """Stops gunicorn, and answers when its worker is stopping already."""
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(2)
    return "stops"


@app.get("/pid")
def pid() -> str:
    return str(os.getpid())
