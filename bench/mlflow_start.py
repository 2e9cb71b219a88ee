"""Measures the embedded MLflow's start and memory against `mlflow server`, in turns: `python -m bench.mlflow_start`."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Final

import psutil

from training.scratch_server import free_port

_ROOT: Final = Path(__file__).resolve().parent.parent
_TURNS: Final = 3
_VARIABLES: Final = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
_COMMAND_LINE: Final = ("mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--backend-store-uri")


def main() -> None:
    """Starts both in turns, each with an empty folder, and prints a line for each start."""
    for _turn in range(_TURNS):
        for name in ("mlflow server", "training.mlflow_server"):
            with tempfile.TemporaryDirectory() as folder:
                _measure(name, Path(folder), free_port())


def _measure(name: str, folder: Path, port: int) -> None:
    command_line = [*_COMMAND_LINE, f"sqlite:///{folder}/mlflow.db"]
    options = command_line if name == "mlflow server" else [name, "--folder", folder]
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, options), "--port", str(port)],
        cwd=_ROOT,
        env=os.environ | _VARIABLES,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/search?max_results=1")
        seconds = time.monotonic() - began
        processes = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        mebibytes = sum(one.memory_full_info().pss for one in processes) / 2**20
        sys.stdout.write(f"{name:24} {seconds:5.1f} s  {mebibytes:4.0f} MiB  {len(processes)} processes\n")
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30):
                return
        except OSError:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
