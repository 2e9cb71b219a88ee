"""A Clew of its own for pictures: sample data, an example session of GPUs or a kept day, and trainings."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from docs.kept_day import keep_a_day

ROOT = Path(__file__).parents[1]
PORTS = ("PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT")


@contextmanager
def clew(*, kept: bool = False, root: Path = ROOT) -> Iterator[str]:
    """Starts the Clew of `root`, waits for its sample data, and returns its address.

    Its GPUs are an example session, or kept a day. It ends, and its folder is deleted, at the end of the `with`.
    """
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        ports = dict(zip(PORTS, map(str, _free_ports(len(PORTS))), strict=True))
        own = {
            "STATE_DIR": state,
            "CACHE_DIR": f"{state}/cache",
            "GPU_DEMO": str(not kept),
            "GPU_HOST_NAME": "trainer-1",
            "GPU_DISK_FOLDER": "/srv",  # not where this clone is
        }
        if kept:
            keep_a_day(Path(state))
        else:
            own["ALERTS_FILE"] = _alerts_file(Path(state), stack.enter_context(channel()))
        environment = os.environ | ports | own
        process = subprocess.Popen(
            [sys.executable, "-m", "services.processes.launcher"],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(process.wait, 60)
        stack.callback(process.terminate)
        for line in process.stdout or ():
            if line.startswith("Sample data is in place"):
                yield f"http://127.0.0.1:{ports['PORT']}"
                return
        raise SystemExit("Clew did not start.")


def _alerts_file(state: Path, port: int) -> str:
    file = state / "alerts.toml"
    file.write_text(f'[receivers]\nteam = "json://127.0.0.1:{port}/"\n')
    return str(file)


class _Receiver(BaseHTTPRequestHandler):
    """Accepts every message."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Drops what nobody reads."""


@contextmanager
def channel() -> Iterator[int]:
    """Opens a channel to which the alerts are sent, and returns its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def sample_runs(address: str) -> list[dict[str, Any]]:
    """Activates a model, waits until all sample runs are listed, and returns them."""
    requests.post(f"{address}/api/models/active", json={"model_id": "16"}, timeout=60).raise_for_status()
    ends = time.monotonic() + 120
    while len(runs := requests.get(f"{address}/api/runs", timeout=60).json()) < 25 and time.monotonic() < ends:
        time.sleep(1)
    return list(runs)


def train(address: str) -> str:
    """Trains in the 5×5 maze to the end, starts a longer training and two that wait; returns the longer one's run."""
    _wait_for(address, _started(address, algorithm="PPO", maze_size=5, episodes=300), "done")
    running = _started(address, algorithm="DQN", episodes=4000)
    _started(address, algorithm="PPO", seed="1-2")
    _wait_for(address, running, "training")
    time.sleep(30)  # its curves grow
    return running


def _started(address: str, **values: object) -> str:
    answer = requests.post(f"{address}/api/training/start", json=values, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["run_id"])


def _wait_for(address: str, run_id: str, state: str) -> None:
    ends = time.monotonic() + 180
    while requests.get(f"{address}/api/training/runs/{run_id}", timeout=60).json()["state"] != state:
        if time.monotonic() > ends:
            raise SystemExit(f"The training {run_id} is not {state} after three minutes.")
        time.sleep(1)
