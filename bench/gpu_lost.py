"""How soon a lost GPU is reported: `python -m bench.gpu_lost [TIMES]`.

A monitor at its own pace over a fake driver, of which one GPU after the other falls off the bus, and then the
driver fails; a watcher with default settings, a webhook, and an MLflow.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.watcher import Receiver, watcher
from tests.gpus.fake_library import build_drivers
from tests.gpus.monitor import Fake, Monitor
from training.scratch_server import mlflow_server

_GPUS = 8
_WORKING, _DRIVER_LOST = (f"count {_GPUS}",), "error -1 nvmlDeviceGetCount 9"
_MONITOR_SECONDS = "2"  # the default
_LONGEST_SECONDS = 60.0


def waited(receiver: Receiver, words: str, happens: Callable[[], None]) -> float:
    """Returns how many seconds passed from the event to the message with these words."""
    time.sleep(random.uniform(10, 20))  # what was is over, and this comes at any moment of the watcher's rounds
    receiver.came.clear()
    happens()
    began = time.monotonic()
    while not any(words in title for title in receiver.came):
        if time.monotonic() - began > _LONGEST_SECONDS:
            raise TimeoutError(f"{words} was not told: {list(receiver.came)}")
        time.sleep(0.02)
    return time.monotonic() - began


def main(times: int = 2) -> None:
    """Prints the median and the longest of the seconds until lost GPUs, and a lost driver, were reported."""
    receiver, gpus, drivers = Receiver(), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as name, mlflow_server(Path(name)) as mlflow:
        folder = Path(name)
        fake = Fake(build_drivers(folder), folder)
        fake.write(*_WORKING)
        monitor = Monitor(fake, dict(os.environ), {"GPU_SAMPLE_SECONDS": _MONITOR_SECONDS})
        monitor.wait_for(lambda health: health["state"] == "ok")
        with watcher(folder, mlflow, f"trainer=http://127.0.0.1:{monitor.port}", receiver.url):
            for _time in range(times):
                for gpu in range(_GPUS):
                    lost = [f"error {one} * 15" for one in range(gpu + 1)]
                    gpus.append(waited(receiver, f"GPU {gpu} ", partial(fake.write, *_WORKING, *lost)))
                fake.write(*_WORKING)
                drivers.append(
                    waited(receiver, "its GPUs cannot be read", partial(fake.write, *_WORKING, _DRIVER_LOST))
                )
                fake.write(*_WORKING)
        monitor.end()
    for what, seconds in (("a GPU", gpus), ("a driver", drivers)):
        sys.stdout.write(
            f"{what}: told after {statistics.median(seconds):.1f} s (most {max(seconds):.1f} s of {len(seconds)})\n"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
