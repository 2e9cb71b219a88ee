"""The MLflow server in one process: its database is complete before it answers, and it ends with a signal."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import requests

from training.mlflow_server import FOLDER_VARIABLE
from training.scratch_server import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 120.0
CLIENTS = 8
PATHS = ("experiments/search?max_results=1", "registered-models/search?max_results=1")


def first_status(address: str, path: str) -> int:
    """Retries until there is an answer, and returns its status."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return requests.get(f"{address}/api/2.0/mlflow/{path}", timeout=SECONDS).status_code
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def test_simultaneous_first_requests_find_a_complete_database(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "training.mlflow_server", "--port", str(port)]
    # Hosts that set the number of a web server's processes mean the dashboard: SQLite has one writer.
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path), "WEB_CONCURRENCY": "3"}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        try:
            statuses = [threads.submit(first_status, f"http://127.0.0.1:{port}", PATHS[i % 2]) for i in range(CLIENTS)]
            assert [answer.result() for answer in statuses] == [200] * CLIENTS, (tmp_path / "log").read_text()
            assert psutil.Process(process.pid).children() == []
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert (tmp_path / "mlflow.db").exists()
