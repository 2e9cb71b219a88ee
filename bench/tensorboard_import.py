"""Times the import of event files: reading alone, a million points, a thousand folders, and a file that grows.

    python -m bench.tensorboard_import [POINTS [FOLDERS [MIB]]]

Imports into an MLflow of its own on SQLite, by the command itself. Prints how much of the time is the importer's
own CPU time, how much memory it takes, when the first run appeared, and the delay of a growing file; and what the
copy of a run with a file of so many MiB takes.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psutil
import requests
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from tensorboard_import.folders.event_file import read_piece
from tensorboard_import.reading.events import content_of
from training.scratch_server import mlflow_server

ROOT: Final = Path(__file__).parents[1]
TAGS: Final = 20
_PIECE: Final = 512 * 2**10


def main(points: int = 1_000_000, folders: int = 1_000, mib: int = 200) -> None:
    """Measures one after the other, and prints a line each."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, mlflow_server(Path(name)) as mlflow:
        long, many = Path(name) / "long", Path(name) / "many"
        _write(long / "run" / "events.out.tfevents.1", points)
        for number in range(folders):
            _write(many / f"run_{number:04}" / "events.out.tfevents.1", 50)
        _measure_reading(long / "run" / "events.out.tfevents.1")
        _measure_import("one long run", long, mlflow)
        _measure_import(f"{folders} folders", many, mlflow)
        _measure_growth(long, mlflow)
        _measure_copy(mlflow, mib)


def _write(path: Path, points: int, first: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab") as file:
        writer = RecordWriter(file)
        if is_new:
            writer.write(Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
        for event in _events(points, first):
            writer.write(event.SerializeToString())


def _events(points: int, first: int) -> Iterator[Event]:
    for number in range(first, first + points):
        value = Summary.Value(tag=f"rollout/metric_{number % TAGS}", simple_value=number / 7)
        yield Event(wall_time=1.7e9 + number / 100, step=number // TAGS, summary=Summary(value=[value]))


def _measure_reading(path: Path) -> None:
    began, own, place, found = time.monotonic(), time.process_time(), 0, 0
    while (piece := read_piece(path, place, _PIECE)).ends > place:
        found, place = found + len(content_of(piece.records).points.step), piece.ends
    _print_line(f"reading {found:,} points: {time.monotonic() - began:.1f} s, {time.process_time() - own:.1f} s of CPU")


def _measure_import(what: str, logdir: Path, mlflow: str) -> None:
    process, first = _Watched(_import(logdir, mlflow)), 0.0
    while process.is_going():
        first = first or (time.monotonic() - process.began if _has_points(mlflow, logdir.name) else 0.0)
    _print_line(f"{what}: {process.usage_text()}, first points after {first:.1f} s")


class _Watched:
    """A process that was just started: how long it takes, its own CPU time, and its memory."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.began = time.monotonic()
        self._before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._process = process
        self._most = 0

    def is_going(self) -> bool:
        """Waits for a moment; returns whether it still runs."""
        self._most = max(self._most, _memory(self._process.pid))
        time.sleep(0.2)
        return self._process.poll() is None

    def usage_text(self) -> str:
        """Returns its usage, once it has ended."""
        took, before, after = time.monotonic() - self.began, self._before, resource.getrusage(resource.RUSAGE_CHILDREN)
        own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return f"{took:.1f} s, {own:.1f} s of it its own CPU ({own / took:.0%}), {self._most / 2**20:.0f} MiB at most"


def _measure_copy(mlflow: str, mib: int) -> None:
    api = f"{mlflow}/api/2.0/mlflow"
    made = requests.post(f"{api}/experiments/create", json={"name": "original"}, timeout=60).json()
    body = {"experiment_id": made["experiment_id"], "start_time": 1_700_000_000_000}
    run = requests.post(f"{api}/runs/create", json=body, timeout=60).json()["run"]["info"]
    place = run["artifact_uri"].removeprefix("mlflow-artifacts:/")
    with tempfile.TemporaryFile() as content:
        content.truncate(mib << 20)
        url = f"{mlflow}/api/2.0/mlflow-artifacts/artifacts/{place}/checkpoint.bin"
        requests.put(url, data=content, timeout=600).raise_for_status()
    process = _Watched(_command(mlflow, "--from-mlflow", mlflow, "--experiment", "original", "--into", "copied"))
    while process.is_going():
        pass
    _print_line(f"a copy of a run with a file of {mib} MiB: {process.usage_text()}")


def _measure_growth(logdir: Path, mlflow: str) -> None:
    process = _import(logdir, mlflow, "--watch")
    try:
        late = []
        for step in range(10**6, 10**6 + 5):
            time.sleep(3)
            _write(logdir / "run" / "events.out.tfevents.1", 1, step * TAGS)
            began = time.monotonic()
            while _latest_step(mlflow, logdir.name) != step:
                time.sleep(0.05)
            late.append(time.monotonic() - began)
        _print_line(f"a growing file is late by {sorted(late)[len(late) // 2]:.1f} s, {max(late):.1f} s at most")
    finally:
        process.terminate()
        process.wait(30)


def _import(logdir: Path, mlflow: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return _command(mlflow, str(logdir), "--experiment", logdir.name, *arguments)


def _command(mlflow: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tensorboard_import", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"MLFLOW_TRACKING_URI": mlflow})


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _run(mlflow: str, experiment: str) -> dict[str, Any] | None:
    """Returns the newest run of an experiment; None if there is none."""
    api = f"{mlflow}/api/2.0/mlflow"
    found = requests.get(f"{api}/experiments/get-by-name", params={"experiment_name": experiment}, timeout=60).json()
    if "experiment" not in found:
        return None
    query = {"experiment_ids": [found["experiment"]["experiment_id"]], "max_results": 1}
    runs = requests.post(f"{api}/runs/search", json=query, timeout=60).json().get("runs", [])
    return dict(runs[0]) if runs else None


def _has_points(mlflow: str, experiment: str) -> bool:
    run = _run(mlflow, experiment)
    return run is not None and bool(run["data"].get("metrics"))


def _latest_step(mlflow: str, experiment: str) -> int:
    run = _run(mlflow, experiment)
    return max(int(one["step"]) for one in run["data"]["metrics"]) if run else -1


def _print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
