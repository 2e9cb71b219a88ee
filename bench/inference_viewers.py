"""What viewers of the inference engine get, and how fast: `python -m bench.inference_viewers`.

A real MLflow, a real Clew and the engine on this machine, with the sample data's policies; the viewers are in this
process. Latency is what the engine measured; "late" is from `server_ts` until the viewer has read the message.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from simple_websocket import Client

from bench.clew_process import clew
from training.samples.fill import fill, wait_for_mlflow
from training.scratch_server import free_port, mlflow_server


def watch(port: int, seconds: float, speed: float, seed: int, found: list[dict[str, Any]]) -> None:
    """Plays as one viewer for so long, on a maze so large that no episode ends soon."""
    viewer = Client(f"ws://127.0.0.1:{port}/ws/inference")
    viewer.send(json.dumps({"command": "reset", "size": 20, "seed": seed, "speed": speed}))
    while "waiting" in (first := json.loads(viewer.receive(timeout=30))):
        continue
    assert "error" not in first, first
    viewer.send(json.dumps({"command": "start"}))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        text = viewer.receive(timeout=5)
        step = json.loads(text)
        if "waiting" in step:
            continue
        found.append(step | {"received": time.time() * 1000})
        if step["done"]:
            viewer.send(json.dumps({"command": "start"}))
    viewer.close()


def measure(port: int, viewers: int, speed: float, seconds: float) -> None:
    """Prints the percentiles of `viewers` at `speed`."""
    found: list[list[dict[str, Any]]] = [[] for _ in range(viewers)]
    threads = [
        threading.Thread(target=watch, args=(port, seconds, speed, number, steps)) for number, steps in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = [[step for step in one if step["step"] > 0] for one in found]
    latency = np.percentile([step["latency_ms"] for one in steps for step in one], [50, 95, 99])
    late = np.percentile([step["received"] - step["server_ts"] for one in steps for step in one], [50, 95, 99])
    gaps = [b["server_ts"] - a["server_ts"] for one in steps for a, b in pairwise(one) if b["step"] > 1]
    rate = 1000 / float(np.mean(gaps))
    print_line(
        f"| {viewers} | {speed:g} | {sum(map(len, steps))} | {latency[0]:.2f} / {latency[1]:.2f} / {latency[2]:.2f} ms "
        f"| {late[0]:.2f} / {late[1]:.2f} / {late[2]:.2f} ms | {rate:.3f} | {np.percentile(gaps, 99):.0f} ms |"
    )


def print_line(text: str) -> None:
    """Prints a line of the result."""
    print(text, flush=True)  # noqa: T201


def main() -> None:
    """Starts everything, measures, stops everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, mlflow_server(Path(folder)) as mlflow:
        fill(wait_for_mlflow(mlflow, 60), "bench")
        with clew(mlflow, free_port(), MODEL_NAME="bench") as address:
            activate(address)
            port = free_port()
            environment = os.environ | {"CLEW_URL": address, "INFERENCE_PORT": str(port)}
            engine = subprocess.Popen([sys.executable, "-m", "inference"], env=environment, stderr=subprocess.DEVNULL)
            try:
                wait(port)
                print_line(
                    "| viewers | speed | steps | inference p50 / p95 / p99 | late p50 / p95 / p99 | steps/s | gap p99 |"
                )
                print_line("|---|---|---|---|---|---|---|")
                measure(port, options.viewers, 10, options.seconds)
                for speed in range(1, 11):
                    measure(port, 1, speed, 6)
            finally:
                engine.terminate()
                engine.wait()


def activate(address: str) -> None:
    """Makes the newest model active."""
    with urllib.request.urlopen(f"{address}/api/models", timeout=30) as answer:
        body = json.dumps({"model_id": json.load(answer)[0]["id"]}).encode()
    request = urllib.request.Request(f"{address}/api/models/active", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def wait(port: int) -> None:
    """Waits until the engine answers."""
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


if __name__ == "__main__":
    main()
