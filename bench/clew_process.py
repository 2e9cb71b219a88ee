"""Clew as it is deployed, for the measurements: gunicorn with docs/deploy/gunicorn.conf.py, in a cache of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def clew(mlflow: str, port: int, **settings: str) -> Iterator[str]:
    """Starts Clew on `mlflow` with an empty cache, yields its address, stops it, and removes the cache."""
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "--config", "docs/deploy/gunicorn.conf.py", "app:server"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        environment = {"MLFLOW_TRACKING_URI": mlflow, "CACHE_DIR": cache, "PORT": str(port), "LOG_LEVEL": "ERROR"}
        if _listens(port):
            raise SystemExit(f"Port {port} is taken; what answers there would be measured instead.")
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment | settings)
        try:
            _wait(f"{address}/mlflow", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"Clew does not answer at {url}")
