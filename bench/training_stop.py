"""Times how soon a training has ended after Stop: `python -m bench.training_stop http://127.0.0.1:8050`.

The address is of a Clew on this machine whose scheduler has the trainer's libraries (`make train-deps`), such as
`make run`. Each training is started by the API, stopped by it some seconds later, and ended once no process of it
lives.
"""

import argparse
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import psutil

TRAININGS = (
    {"trainer": "maze", "algorithm": "PPO", "episodes": 10_000, "seed": "1"},
    {"trainer": "maze", "algorithm": "DQN", "episodes": 10_000, "seed": "1"},
    {"trainer": "environment", "env_id": "CartPole-v1", "algorithm": "PPO", "until": "steps", "steps": 3_000_000},
)
PATIENCE_SECONDS = 120


def main() -> None:
    """Starts and stops each training in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--seconds", type=float, default=5, help="how long each trains first")
    arguments = parser.parse_args()
    for training in TRAININGS:
        started, ended = stopped(arguments.address, training, arguments.seconds)
        name = f"{training['algorithm']} in {training.get('env_id', 'the maze')}"
        figures = f"trains {started:.1f} s after Start, gone {ended:.1f} s after Stop"
        sys.stdout.write(f"{name}: {figures} (load {os.getloadavg()[0]:.1f})\n")


def stopped(address: str, training: dict[str, object], seconds: float) -> tuple[float, float]:
    """Returns the seconds from Start until it trains, and from Stop until its last process has ended."""
    began = time.monotonic()
    run_id = str(_post(address, "start", training)["runs"][0]["run_id"])
    _until(lambda: _state(address, run_id) == "training")
    trains = time.monotonic()
    time.sleep(seconds)
    mine = [
        process for process in psutil.process_iter(["cmdline"]) if run_id in " ".join(process.info["cmdline"] or [])
    ]
    if not mine:
        raise SystemExit("Its processes are not on this machine, or it has ended by itself: ask for fewer --seconds.")
    stop = time.monotonic()
    _post(address, "stop", {"run_id": run_id})
    _until(lambda: not any(_lives(process) for process in mine))
    gone = time.monotonic()
    _until(lambda: _state(address, run_id) == "killed")
    return trains - began, gone - stop


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _state(address: str, run_id: str) -> str:
    return str(_asked(urllib.request.Request(f"{address}/api/training/runs/{run_id}"))["state"])


def _post(address: str, action: str, body: dict[str, object]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    return _asked(urllib.request.Request(f"{address}/api/training/{action}", json.dumps(body).encode(), headers))


def _asked(request: urllib.request.Request) -> dict[str, Any]:
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.loads(answer.read()))


def _until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE_SECONDS} s")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
