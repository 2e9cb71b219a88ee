"""Times the start of a training: from the launch of `python -m training` to its first line and its first episode.

    python -m bench.training_start

Launched as the scheduler does it, with a run and a folder, against an MLflow of its own. Also prints where the
imports' time goes, and what MLflow's package would cost, which the trainer does not import.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.scratch_server import mlflow_server
from training.tracking.server import TrackingServer

ROOT: Final = Path(__file__).parents[1]
LAUNCHES: Final = 5
NEVER_ENDS: Final = 10_000
IMPORTED: Final = ("torch", "stable_baselines3", "onnxruntime", "onnx", "requests", "pydantic", "numpy", "gymnasium")


def main() -> None:
    """Launches each algorithm some times, one after the other, and prints how long it took."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, mlflow_server(Path(folder)) as mlflow:
        for algorithm in ("PPO", "DQN"):
            times = [_launch(TrackingServer.at(mlflow), algorithm, Path(folder)) for _ in range(LAUNCHES)]
            for name, seconds in zip(("first line", "first episode"), zip(*times, strict=True), strict=True):
                shown = " ".join(f"{one:.2f}" for one in seconds)
                _print_line(f"{algorithm} {name:15} {statistics.median(seconds):5.2f} s  [{shown}]")
    _report_imports("training.cli, training.train")
    _report_imports("mlflow.tracking")


def _launch(server: TrackingServer, algorithm: str, folder: Path) -> tuple[float, float]:
    run_id = server.create_run(server.experiment_id("starts"), algorithm, {})
    own = folder / run_id
    own.mkdir()
    values = {"algorithm": algorithm, "episodes": NEVER_ENDS, "maze_size": 5}
    (own / "request.json").write_text(json.dumps({"values": values}))
    variables = {"MLFLOW_TRACKING_URI": server.uri, "MLFLOW_RUN_ID": run_id, "CLEW_RUN_FOLDER": str(own)}
    command = [sys.executable, "-m", "training", "--request", str(own / "request.json")]
    with (own / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=log, stderr=log)
        began, progress = time.monotonic(), own / "progress.jsonl"
        try:
            first_line = _until(progress.exists, process) - began
            first_episode = _until(lambda: bool(re.search(r'"episode":[1-9]', progress.read_text())), process) - began
        finally:
            process.kill()
            process.wait()
    return first_line, first_episode


def _until(happened: Callable[[], bool], process: "subprocess.Popen[bytes]") -> float:
    while not happened():
        if process.poll() is not None:
            raise SystemExit(f"the training ended with {process.returncode}")
        time.sleep(0.005)
    return time.monotonic()


def _report_imports(modules: str) -> None:
    command = [sys.executable, "-X", "importtime", "-c", f"import {modules}"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr
    own = re.findall(r"import time: +(\d+) \| +\d+ \| +([\w.]+)", output)
    _print_line(f"imports of {modules}: {sum(int(micros) for micros, _ in own) / 1e6:.2f} s")
    for package in IMPORTED:
        micros = sum(int(took) for took, name in own if name.partition(".")[0] == package)
        if micros > 20_000:
            _print_line(f"    {package:20} {micros / 1e6:.2f} s")


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
