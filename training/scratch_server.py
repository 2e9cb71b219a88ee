"""Runs a real MLflow server on SQLite in a folder, within a `with` block."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.errors.services import UnavailableBecause
from domain.messages import Text

_TREE: Final = Path(__file__).parents[1]
_START_SECONDS: Final = 600.0


def free_port() -> int:
    """Returns a port of the loopback interface that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def mlflow_server(
    folder: Path,
    port: int | None = None,
    *,
    artifacts_destination: str = "",
    environment: Mapping[str, str] | None = None,
    names_requests: bool = False,
) -> Iterator[str]:
    """Starts the server, yields its address once its database answers, and stops it; its data is in `folder`.

    Artifacts may have another destination, such as a bucket, for which `environment` may hold variables. With
    `names_requests`, its log, `server.log`, has a line for each request.
    """
    port = port or free_port()
    uri = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "training.mlflow_server", "--folder", str(folder.absolute()), "--port", str(port)]
    if artifacts_destination:
        command += ["--artifacts-destination", artifacts_destination]
    if not names_requests:
        command.append("--no-access-log")
    variables = {**os.environ, **(environment or {})}
    with (folder / "server.log").open("ab") as output:
        process = subprocess.Popen(command, cwd=_TREE, env=variables, stdout=output, stderr=output)
        try:
            _wait(uri, process)
            yield uri
        finally:
            process.terminate()
            process.wait(timeout=120)


def _wait(uri: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    # This machine is never reached through a proxy.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with direct.open(f"{uri}/api/2.0/mlflow/experiments/search?max_results=1", timeout=_START_SECONDS):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise UnavailableBecause(f"MLflow at {uri}", Text("the server did not start; its folder holds server.log"))
