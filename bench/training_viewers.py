"""What twenty viewers of one training cost it, and how old what they see is: `python -m bench.training_viewers`.

A real MLflow, a real scheduler and a training of CartPole on this machine. For some seconds there are no viewers,
then twenty sockets, and so on; they are read in a process of their own. Then the training is stopped. The cost is
given per second, and per second of processor time of the trainer itself: that one does not depend on other load of
the machine. Turns take 15 s at least: a long training reports every 5 s.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil
from simple_websocket import Client

from bench.scheduler_process import OVER, ROOT, Scheduler, scheduler
from training.scratch_server import mlflow_server

_SETTLING_SECONDS = 2.0


def main() -> None:
    """Measures, and prints a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7150, help="the scheduler's")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20, help="of each turn")
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--watch", metavar="RUN", help="be the viewers of this training")
    options = parser.parse_args()
    if options.watch:
        _be_viewers(options.port, options.watch, options.viewers, options.seconds)
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        mlflow_server(Path(folder)) as mlflow,
        scheduler(mlflow, options.port, Path(folder) / "state") as running,
    ):
        _compare(running, options)


def _compare(running: Scheduler, options: argparse.Namespace) -> None:
    run_id = running.start(trainer="environment", algorithm="PPO", env_id="CartPole-v1", steps=100_000_000)
    running.until(run_id, "training")
    time.sleep(15)
    alone, watched = [], []
    for _turn in range(options.turns):
        alone.append(_turn_of(running, run_id, options, 0))
        watched.append(_turn_of(running, run_id, options, options.viewers))
    _report("nobody watches", alone)
    _report(f"{options.viewers} viewers", watched)
    alone.append(_turn_of(running, run_id, options, 0))
    for name, what in (("steps", "a second"), ("steps_of_processor", "a second of the trainer's processor time")):
        _print_line(f"cost in steps {what}: {_cost(alone, watched, name)}")
    _stop(running, run_id)


def _cost(alone: list[dict[str, float]], watched: list[dict[str, float]], name: str) -> str:
    """Compares each turn with viewers to the two adjacent ones without: the mean, and its 95 % interval."""
    costs = [100 * (1 - w[name] / (a[name] + b[name]) * 2) for (a, b), w in _between(alone, watched)]
    drawn = np.random.default_rng(0).choice(costs, (10_000, len(costs))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{statistics.mean(costs):.1f} % ({low:.1f} to {high:.1f}) [{_shown(costs)}]"


def _between(alone: list[Any], watched: list[Any]) -> list[tuple[tuple[Any, Any], Any]]:
    """Returns each turn with viewers with the turns without before and after it."""
    return list(zip(pairwise(alone), watched, strict=False))


def _turn_of(running: Scheduler, run_id: str, options: argparse.Namespace, viewers: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.training_viewers", "--port", str(running.port), "--watch", run_id]
    command += ["--viewers", str(viewers), "--seconds", str(options.seconds + 2 * _SETTLING_SECONDS)]
    watching = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE) if viewers else None
    time.sleep(_SETTLING_SECONDS)
    program, before, began = running.program(run_id), running.processor_seconds(), time.time()
    used = sum(program.cpu_times()[:2])
    time.sleep(options.seconds)
    took = time.time() - began
    steps = _steps_per_second(running.run_folder(run_id) / "progress.jsonl", began, began + took)
    own = (sum(program.cpu_times()[:2]) - used) / took
    values: dict[str, float] = {
        "steps": steps,
        "steps_of_processor": steps / own,
        "scheduler": 100 * (running.processor_seconds() - before) / took,
        "trainer": 100 * own,
    }
    return values | (orjson.loads(watching.communicate(timeout=60)[0]) if watching else {})


def _steps_per_second(progress: Path, begins: float, ends: float) -> float:
    values = [orjson.loads(line) for line in progress.read_bytes().splitlines()]
    within = [(one["at_ms"] / 1000, one["steps"]) for one in values if begins <= one["at_ms"] / 1000 <= ends]
    (first_at, first), (last_at, last) = within[0], within[-1]
    return float((last - first) / (last_at - first_at))


def _stop(running: Scheduler, run_id: str) -> None:
    """Measures from the click, and from the last step that the trainer reports, until no process of it is left."""
    program = running.program(run_id)
    group = [program, *program.children(recursive=True)]
    began = time.monotonic()
    running.call("/api/training/stop", {"run_id": run_id})
    psutil.wait_procs(group, timeout=90)
    dead, at_ms = time.monotonic() - began, time.time_ns() // 10**6
    last = orjson.loads((running.run_folder(run_id) / "progress.jsonl").read_bytes().splitlines()[-1])
    running.until(run_id, *OVER)
    past = (at_ms - last["at_ms"]) / 1000
    _print_line(
        f"stop: group dead after {dead:.2f} s, {past:.2f} s past its episode; told {time.monotonic() - began:.2f} s"
    )


def _be_viewers(port: int, run_id: str, viewers: int, seconds: float) -> None:
    """Prints as JSON the age of each progress message, and the intervals between messages."""
    found: list[list[tuple[float, dict[str, Any]]]] = [[] for _ in range(viewers)]
    threads = [threading.Thread(target=_watch, args=(port, run_id, seconds, news)) for news in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gaps = [b[0] - a[0] for news in found for a, b in pairwise(news)]
    ages = [at - one["at_ms"] / 1000 for news in found for at, one in _changes(news)]
    values = {"messages": sum(map(len, found)), "longest_gap": max(gaps), "age": statistics.median(ages)}
    sys.stdout.write(orjson.dumps(values | {"longest_age": max(ages)}).decode())


def _changes(news: list[tuple[float, dict[str, Any]]]) -> list[tuple[float, dict[str, Any]]]:
    """Returns the first message of each progress."""
    return [b for a, b in pairwise(news) if a[1]["at_ms"] != b[1]["at_ms"]]


def _watch(port: int, run_id: str, seconds: float, found: list[tuple[float, dict[str, Any]]]) -> None:
    viewer = Client(f"ws://127.0.0.1:{port}/ws/training/{run_id}")
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and (text := viewer.receive(timeout=10)):
        found.append((time.time(), orjson.loads(text)["training"]["progress"]))
    viewer.close()


def _report(title: str, turns: list[dict[str, float]]) -> None:
    for name in turns[0]:
        values = [turn[name] for turn in turns]
        _print_line(f"{title}: {name} {statistics.median(values):.2f} [{_shown(values)}]")


def _shown(values: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)


def _print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
