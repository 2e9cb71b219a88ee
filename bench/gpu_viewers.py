"""What viewers cost the GPU monitor, and how they affect each other: `python -m bench.gpu_viewers`.

The monitor plays its example session (four GPUs) on one core; the viewers are raw sockets of this process, on
another.
"""

import argparse
import json
import os
import random
import selectors
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@contextmanager
def monitor(viewers: int, sample_seconds: float) -> Iterator[tuple[int, psutil.Process]]:
    """Starts a monitor on core 0; returns its port, and its first process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    settings = {"GPU_MONITOR_PORT": port, "GPU_MAX_VIEWERS": viewers, "GPU_SAMPLE_SECONDS": sample_seconds}
    environment = os.environ | {name: str(value) for name, value in settings.items()} | {"GPU_DEMO": "true"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gpu_monitor"],
        env=environment,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    try:
        while health(port).get("state") != "ok":
            time.sleep(0.2)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def health(port: int) -> dict[str, object]:
    """Returns the monitor's health; empty while it does not answer."""
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return dict(json.load(answer))
    return {}


def view(port: int) -> socket.socket:
    """Returns a connection after its handshake."""
    viewer = socket.create_connection(("127.0.0.1", port), timeout=10)
    request = "GET /ws/gpu HTTP/1.1\r\nHost: localhost"
    head = f"{request}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {_KEY}"
    viewer.sendall(f"{head}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += viewer.recv(1)
    if b" 101 " not in answer:
        raise RuntimeError(answer.decode())
    return viewer


def frames(viewer: socket.socket) -> list[bytes]:
    """Returns the texts received so far; pings are answered."""
    data, texts = viewer.recv(2**18), []
    while len(data) >= 2:
        length, start = data[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        while len(data) < start + length:
            data += viewer.recv(2**18)
        if data[0] & 15 == 9:
            viewer.sendall(b"\x8a\x80\0\0\0\0")
        elif data[0] & 15 == 1:
            texts.append(data[start : start + length])
        data = data[start + length :]
    return texts


def cost_of_many(count: int, seconds: float) -> None:
    """Measures CPU, memory and delay with so many viewers at one sample a second."""
    with monitor(count, 1) as (port, process):
        family = [process, *process.children(recursive=True)]
        alone = sum(one.memory_full_info().uss for one in family)
        began = time.monotonic()
        selector = selectors.DefaultSelector()
        viewers = [view(port) for _ in range(count)]
        for viewer in viewers:
            selector.register(viewer, selectors.EVENT_READ)
        print_line(f"{count} viewers connected in {time.monotonic() - began:.1f} s")
        _receive(selector, 3)
        before = _cpu(family)
        delays = _receive(selector, seconds)
        used = _cpu(family) - before
        memory = sum(one.memory_full_info().uss for one in family)
        print_line(
            f"messages {len(delays)}, expected about {count * seconds:.0f}; still there {health(port)['viewers']}"
        )
        print_line(
            f"CPU {100 * used / seconds:.1f} % of a core, memory {memory / 2**20:.0f} MiB (alone {alone / 2**20:.0f})"
        )
        hundredths = statistics.quantiles(delays, n=100)
        print_line(
            f"sample to viewer: p50 {hundredths[49]:.0f} ms, p99 {hundredths[98]:.0f} ms, longest {max(delays):.0f} ms"
        )
        for viewer in viewers:
            viewer.close()


def _receive(selector: selectors.BaseSelector, seconds: float) -> list[float]:
    """Returns the delays in ms between a sample and its arrival, over so many seconds."""
    delays, until = [], time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            texts = frames(key.fileobj)  # type: ignore[arg-type]
            now = time.time() * 1000
            delays += [now - json.loads(text)["gpus"][0]["timestamp"] for text in texts if b'"history":null' in text]
    return delays


def _cpu(family: list[psutil.Process]) -> float:
    return sum(one.cpu_times().user + one.cpu_times().system for one in family)


def coming_and_going(count: int, seconds: float) -> None:
    """Measures the longest gap that one viewer sees while so many others come and go, some without a close."""
    dice = random.Random(1)
    with monitor(count + 10, 2) as (port, _):
        steady = view(port)
        selector = selectors.DefaultSelector()
        selector.register(steady, selectors.EVENT_READ)
        others: list[socket.socket] = []
        last, longest, joined, messages = time.monotonic(), 0.0, 0, 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.005)  # more than 28,000 in a minute would run into their own old ports
            if len(others) < count:
                others.append(view(port))
                joined += 1
            for _ in range(dice.randint(0, 2) if len(others) > count // 2 else 0):
                others.pop(dice.randrange(len(others))).close()
            if selector.select(0) and (texts := frames(steady)):
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
                messages += len(texts)
        for viewer in [*others, steady]:
            viewer.close()
    print_line(
        f"{joined} came and went in {seconds:.0f} s; the steady viewer got {messages}, longest gap {longest:.2f} s"
    )


def frozen() -> None:
    """Measures how long a viewer stays that neither reads nor answers a ping."""
    with monitor(10, 2) as (port, _):
        viewer, began = view(port), time.monotonic()
        while health(port)["viewers"] == 0:
            time.sleep(0.02)
        while health(port)["viewers"] != 0:
            time.sleep(0.02)
        print_line(f"a frozen viewer was dropped after {time.monotonic() - began:.1f} s")
        viewer.close()


def print_line(line: str) -> None:
    """Prints a figure, as soon as it is known."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Runs all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--churn-viewers", type=int, default=200)
    parser.add_argument("--churn-seconds", type=float, default=60)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cost_of_many(options.viewers, options.seconds)
    coming_and_going(options.churn_viewers, options.churn_seconds)
    frozen()


if __name__ == "__main__":
    main()
