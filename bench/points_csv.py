"""What a file of all points costs: 50 runs of 100,000, how long it takes and how much more memory a worker has.

    python -m bench.points_csv --port 18520

Fills an SQLite database in `--folder` (kept for the next time), starts `mlflow server` and Clew with one worker on it.
"""

import argparse
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import requests

from bench.figures import long_runs, served

_PIECE_BYTES: Final = 2**20


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("var/bench/points"))
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--chart", default="@reward")
    options = parser.parse_args()
    filled = partial(long_runs, options.runs, options.points)
    place = options.folder / f"{options.runs}x{options.points}"
    with served(place, options.port, filled, WEB_WORKERS="1") as (address, ids):
        query = urlencode({"runs": ",".join(ids), "chart": options.chart})
        # Routes, texts and the run list are loaded from the first request on, whatever it is.
        requests.get(f"{address}/charts/figure?{query}&width=300", timeout=60).raise_for_status()
        for times in ("cold", "warm", "warm again"):
            measure(f"{address}/charts/points.csv?{query}", times, options.port)


def measure(url: str, times: str, port: int) -> None:
    """Reads the whole file; prints a line of the table."""
    worker = newest_child(port)
    before = memory_mib(worker)
    began = time.perf_counter()
    with watched(worker) as most, requests.get(url, stream=True, timeout=120) as answer:
        lines = size = 0
        for piece in answer.iter_content(_PIECE_BYTES):
            lines, size = lines + piece.count(b"\n"), size + len(piece)
    seconds = time.perf_counter() - began
    own, mapped = (after - first for after, first in zip(most, before, strict=True))
    print(  # noqa: T201
        f"{times:12s}{lines - 1:>12,} points {size / 1e6:8.0f} MB {seconds:7.1f} s"
        f"   worker: + {own:.1f} MiB of its own, {mapped:+.1f} MiB of files mapped",
        flush=True,
    )


@contextmanager
def watched(process: int) -> Iterator[list[float]]:
    """Measures the most memory that it has meanwhile, as `memory_mib` does."""
    most, ended = [0.0, 0.0], threading.Event()

    def sample_memory() -> None:
        while not ended.wait(0.02):
            most[:] = map(max, most, memory_mib(process))

    thread = threading.Thread(target=sample_memory)
    thread.start()
    yield most
    ended.set()
    thread.join()


def memory_mib(process: int) -> tuple[float, float]:
    """Returns a process's own memory, and its file mappings in memory, which the system can reclaim."""
    text = Path(f"/proc/{process}/status").read_text()
    own, files = (int(re.findall(rf"{name}:\s+(\d+)", text)[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return own, files


def newest_child(port: int) -> int:
    """Returns the worker that listens on this port: the child of the process that did so first."""
    listeners = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and f"PORT={port}\0" in _text(entry / "environ"):
            parent = _text(entry / "stat").rpartition(")")[2].split()
            if "gunicorn" in _text(entry / "cmdline"):
                listeners[int(entry.name)] = int(parent[1])
    return next(process for process, parent in listeners.items() if parent in listeners)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    main()
