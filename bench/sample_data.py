"""Measures how long the sample data takes to load, by both ways, in turns: `python -m bench.sample_data`.

Straight into MLflow's database, as after `make run`, and over REST alone. Prints seconds and the CPU seconds of the
program and of MLflow, which answers already when the program is started; with the machine's load.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from training.mlflow_server import FOLDER_VARIABLE
from training.scratch_server import free_port, mlflow_server

_ROOT: Final = Path(__file__).resolve().parent.parent
_TURNS: Final = 3


def main() -> None:
    """Loads the sample data in turns, each time into an empty MLflow, and prints a line for each."""
    for _turn in range(_TURNS):
        for way in ("database", "REST"):
            with tempfile.TemporaryDirectory() as folder:
                _measure(way, Path(folder))


def _measure(way: str, folder: Path) -> None:
    port = free_port()
    with mlflow_server(folder, port) as uri:
        (server,) = [child for child in psutil.Process().children() if str(port) in child.cmdline()]
        variables = {"MLFLOW_PORT": str(port), "PYTHONPATH": str(_ROOT), "MLFLOW_TRACKING_URI": ""}
        known = {FOLDER_VARIABLE: str(folder)} if way == "database" else {}
        before, began = _cpu_seconds(server), time.monotonic()
        program = subprocess.Popen(
            [sys.executable, "-m", "training.samples"],
            cwd=folder,
            env=os.environ | variables | known,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _pid, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        if program.returncode != 0:
            raise SystemExit(f"The sample data could not be loaded into {uri}: it exited with {program.returncode}.")
        seconds, of_server = time.monotonic() - began, _cpu_seconds(server) - before
        of_program, load = usage.ru_utime + usage.ru_stime, os.getloadavg()[0]
        sys.stdout.write(
            f"{way:8} {seconds:5.1f} s, CPU: program {of_program:4.1f} s, MLflow {of_server:4.1f} s (load {load:.1f})\n"
        )
        sys.stdout.flush()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
