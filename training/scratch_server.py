"""A real `mlflow server` on SQLite in a folder, for as long as a `with` block lasts."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.errors.services import UnavailableBecause
from domain.messages import Text

DATABASE: Final = "mlflow.db"

_QUIET: Final = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
_START_SECONDS: Final = 120.0


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def mlflow_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Starts the server, yields its address once it answers, and stops it; database and artifacts are in `folder`."""
    port = port or free_port()
    uri = f"http://127.0.0.1:{port}"
    store = ["--backend-store-uri", f"sqlite:///{folder / DATABASE}", "--artifacts-destination", f"{folder}/artifacts"]
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("ab") as output:
        process = subprocess.Popen([*command, *store], env=os.environ | _QUIET, stdout=output, stderr=output)
        try:
            _wait(uri, process)
            yield uri
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(uri: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to this machine itself
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with direct.open(f"{uri}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise UnavailableBecause(f"MLflow at {uri}", Text("the server did not start; its folder holds server.log"))
