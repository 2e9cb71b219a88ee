"""What `make run` takes on a machine that has Python alone, step by step.

    python3 bench/fresh_machine.py                  # as a first start is: nothing installed, pip's cache empty
    python3 bench/fresh_machine.py --cache kept     # the folder "kept" is the cache of pip and uv, and stays
    python3 bench/fresh_machine.py --without uv     # no uv is found, though there is one

Needs nothing but Python's own library, git and make. Clones the current commit into a folder of its own and removes
that afterwards; the machine's load is printed with the figures.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent
_PORTS: Final = ("PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT")
_MAX_SECONDS: Final = 900.0
_POLL_SECONDS: Final = 0.1
_FILLED: Final = "Sample data is in place"
_SAMPLE_RUNS: Final = len(json.loads((_ROOT / "training/sample_data/runs.json").read_text()))


class Clock:
    """Prints what has happened, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._filled = threading.Event()

    def print_line(self, what: str) -> None:
        """Prints a line of the table."""
        seconds, load = time.monotonic() - self._start, os.getloadavg()[0]
        sys.stdout.write(f"{seconds:7.1f} s  (load {load:4.1f})  {what}\n")
        sys.stdout.flush()

    def follow(self, make: "subprocess.Popen[str]") -> None:
        """Prints the output of `make run`, each line with its time."""
        for line in make.stdout or ():
            self.print_line(f"  {line.strip()}")
            if _FILLED in line:
                self._filled.set()

    def is_late(self) -> bool:
        """Returns whether the time limit is over."""
        return time.monotonic() - self._start > _MAX_SECONDS

    @property
    def filled(self) -> bool:
        """Returns whether the sample data is in MLflow."""
        return self._filled.is_set()


def main() -> None:
    """Parses the command line, starts Clew in a fresh clone, and prints when each part was ready."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="the cache of pip and uv; empty and thrown away by default")
    parser.add_argument("--without", choices=["uv"], help="a program that is not to be found")
    parser.add_argument("--first-port", type=int, default=19500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clew-fresh-") as folder:
        tree, cache = Path(folder) / "clew", (options.cache or Path(folder) / "cache").absolute()
        subprocess.run(["git", "clone", "--quiet", str(_ROOT), str(tree)], check=True)
        environment = _environment(options.first_port, cache, options.without)
        clock = Clock()
        with _made(tree, environment, clock) as make:
            _watch(make, clock, f"http://127.0.0.1:{options.first_port}", tree)
        sys.stdout.write(f"{_mebibytes(tree / '.venv'):7.0f} MiB  .venv\n")


def _environment(first_port: int, cache: Path, without: str | None) -> dict[str, str]:
    """Returns this process's environment with ports and caches of its own, and without that program."""
    ports = {name: str(first_port + place) for place, name in enumerate(_PORTS)}
    for port in map(int, ports.values()):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise SystemExit(f"Port {port} is taken; what answers there would be measured instead.")
    caches = {"PIP_CACHE_DIR": str(cache / "pip"), "UV_CACHE_DIR": str(cache / "uv")}
    found = [one for one in os.environ["PATH"].split(os.pathsep) if not (without and shutil.which(without, path=one))]
    return {**os.environ, **ports, **caches, "PATH": os.pathsep.join(found)}


@contextmanager
def _made(tree: Path, environment: dict[str, str], clock: Clock) -> "Iterator[subprocess.Popen[str]]":
    make = subprocess.Popen(
        ["make", "run"],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    threading.Thread(target=clock.follow, args=[make], daemon=True).start()
    try:
        yield make
    finally:
        if make.poll() is None:
            os.killpg(make.pid, signal.SIGINT)
            make.wait(60)


def _watch(make: "subprocess.Popen[str]", clock: Clock, address: str, tree: Path) -> None:
    """Prints when each of these has happened, in whatever order they do."""
    waiting = {
        "the first page is answered": lambda: _answered(f"{address}/") and _answered(f"{address}/_dash-layout"),
        "the sample data is in MLflow": lambda: clock.filled,
        f"all {_SAMPLE_RUNS} sample runs are on the page": lambda: _runs_shown(address) >= _SAMPLE_RUNS,
    }
    while waiting:
        if make.poll() is not None or clock.is_late():
            logs = "".join(file.read_text()[-2_000:] for file in sorted((tree / "var/log").glob("*.log")))
            raise SystemExit(f"{logs}\nIt never came to this: {', '.join(waiting)}.")
        for what in [what for what, has_come in waiting.items() if has_come()]:
            clock.print_line(f"**{what}**")
            del waiting[what]
        time.sleep(_POLL_SECONDS)


def _answered(address: str) -> bytes:
    """Returns the body of a 200 at this address; empty on any other answer."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bytes(answer.read()) if answer.status == 200 else b""
    except (urllib.error.URLError, OSError):
        return b""


def _runs_shown(address: str) -> int:
    answer = _answered(f"{address}/api/runs?column=name")
    return len(json.loads(answer)) if answer else 0


def _mebibytes(folder: Path) -> float:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_symlink()) / 2**20


if __name__ == "__main__":
    main()
