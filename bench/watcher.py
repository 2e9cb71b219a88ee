"""What the watcher costs, and how soon it sends alerts: `python -m bench.watcher [SECONDS]`, 300 by default.

With its own defaults: 12 monitors of 4 GPUs each (one that plays its example session, by 12 names), 20 runs that
log.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import psutil
import requests

from bench.gpu_viewers import monitor
from training.scratch_server import mlflow_server

_MONITORS, _RUNS, _EVENTS = 12, 20, 6


class Receiver:
    """Runs a webhook that records when which message came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                title = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"]
                outer.came.setdefault(title, time.monotonic())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


@contextmanager
def watcher(folder: Path, mlflow: str, monitors: str, url: str) -> Iterator[psutil.Process]:
    """Starts a watcher of these GPU_MONITOR_URLS, with default settings otherwise."""
    (folder / "alerts.toml").write_text(f'[receivers]\nteam = "{url}"\n')
    settings = {"MLFLOW_TRACKING_URI": mlflow, "ALERTS_FILE": str(folder / "alerts.toml"), "GPU_MONITOR_URLS": monitors}
    settings |= {"STATE_DIR": str(folder), "SCHEDULER_URL": "http://127.0.0.1:9", "INFERENCE_WS_URL": "ws://x/"}
    with (folder / "watcher.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "watcher"], env=os.environ | settings, stderr=log)
    try:
        while b"This watcher is active now" not in (folder / "watcher.log").read_bytes():
            time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def post(mlflow: str, path: str, body: object) -> dict[str, Any]:
    """Makes one call of MLflow's API."""
    answer = requests.post(f"{mlflow}/api/2.0/mlflow/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


def run(mlflow: str, experiment: object, name: str) -> str:
    """Creates a run that runs."""
    now = int(time.time() * 1000)
    made = post(mlflow, "runs/create", {"experiment_id": experiment, "run_name": name, "start_time": now})
    run_id = str(made["run"]["info"]["run_id"])
    points = [{"key": f"loss-{n}", "value": 1.0, "step": 1, "timestamp": now} for n in range(30)]
    post(mlflow, "runs/log-batch", {"run_id": run_id, "metrics": points})
    return run_id


def main(seconds: float = 300.0) -> None:
    """Prints the share of a core, the requests of MLflow a minute, and the seconds from events to messages."""
    receiver = Receiver()
    with (
        tempfile.TemporaryDirectory() as name,
        mlflow_server(Path(name), names_requests=True) as mlflow,
        monitor(10, 2) as (port, _one),
    ):
        folder = Path(name)
        experiment = post(mlflow, "experiments/create", {"name": "bench"})["experiment_id"]
        runs = [run(mlflow, experiment, f"run-{number}") for number in range(_RUNS)]
        monitors = ",".join(f"host-{number}=http://127.0.0.1:{port}" for number in range(_MONITORS))
        with watcher(folder, mlflow, monitors, receiver.url) as process:
            time.sleep(60)  # without the work of the start
            log = folder / "server.log"
            requests_before, used, began = (
                log.read_text().count('HTTP/1.1"'),
                sum(process.cpu_times()[:2]),
                time.monotonic(),
            )
            time.sleep(seconds)
            minutes = (time.monotonic() - began) / 60
            requested = log.read_text().count('HTTP/1.1"') - requests_before
            assert requested, "MLflow's log names no request, so nothing was counted"
            share = (sum(process.cpu_times()[:2]) - used) / (minutes * 60)
            memory = process.memory_info().rss >> 20
            waits = []
            for number in range(_EVENTS):
                time.sleep(7)
                ended = time.monotonic()
                now = int(time.time() * 1000)
                post(mlflow, "runs/update", {"run_id": runs[number], "status": "FAILED", "end_time": now})
                while not any(f"run-{number} " in title for title in receiver.came):
                    time.sleep(0.1)
                waits.append(time.monotonic() - ended)
    sys.stdout.write(
        f"{share:.2%} of a core, {memory} MB, {requested / minutes:.2f} requests of MLflow a minute;"
        f" told after {statistics.median(waits):.1f} s (most {max(waits):.1f} s)\n"
    )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
