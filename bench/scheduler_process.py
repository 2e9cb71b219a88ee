"""A scheduler of its own for the measurements, with programs that do only what is measured."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psutil

ROOT = Path(__file__).resolve().parent.parent
OVER = ("done", "failed", "killed")


class Scheduler:
    """Runs at `address`, with its state in `folder`."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
        self.process, self.port, self.folder = process, port, folder
        self.address = f"http://127.0.0.1:{port}"

    def call(self, path: str, body: object = None) -> Any:
        """Returns what an address answers: to a POST if there is a body."""
        data = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(f"{self.address}{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return orjson.loads(answer.read())

    def start(self, **body: object) -> str:
        """Returns the run of a training that was started."""
        return str(self.call("/api/training/start", body)["run_id"])

    def until(self, run_id: str, *states: str, seconds: float = 120) -> dict[str, Any]:
        """Returns the training, once it is in one of these states."""
        deadline = time.monotonic() + seconds
        while (known := self.call(f"/api/training/runs/{run_id}"))["state"] not in states:
            if time.monotonic() > deadline:
                raise SystemExit(f"{run_id} is still {known['state']}")
            time.sleep(0.02)
        return dict(known)

    def run_folder(self, run_id: str) -> Path:
        """Returns the folder of a training's files."""
        return self.folder / "scheduler" / "runs" / run_id

    def program(self, run_id: str) -> psutil.Process:
        """Returns the process of a training."""
        return psutil.Process(orjson.loads((self.run_folder(run_id) / "started.json").read_bytes())["program_pid"])

    def processes(self) -> list[psutil.Process]:
        """Returns its own processes, without the keepers of trainings."""
        first = psutil.Process(self.process.pid)
        return [first, *(one for one in first.children() if "keeper.py" not in " ".join(one.cmdline()))]

    def processor_seconds(self) -> float:
        """Returns the processor time that it has used."""
        return sum(sum(one.cpu_times()[:2]) for one in self.processes())

    def own_mib(self) -> float:
        """Returns the memory that its processes alone hold."""
        return float(sum(one.memory_full_info().uss for one in self.processes()) / 2**20)


@contextmanager
def scheduler(mlflow: str, port: int, folder: Path, **settings: str) -> Iterator[Scheduler]:
    """Starts one on `mlflow`, yields it, and ends it with all that it started."""
    ours = {"MLFLOW_TRACKING_URI": mlflow, "SCHEDULER_PORT": str(port), "STATE_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "scheduler"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ours | settings)
    running = Scheduler(process, port, folder)
    try:
        _wait(running)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=40)
        _end_trainings(folder)


def _wait(running: Scheduler) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if running.call("/health")["is_read"]:
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("The scheduler does not answer.")


def _end_trainings(folder: Path) -> None:
    mark = str(folder / "scheduler" / "runs")
    for process in psutil.process_iter():
        try:
            if process.environ().get("CLEW_RUN_FOLDER", "").startswith(mark):
                process.kill()
        except psutil.Error:
            continue
