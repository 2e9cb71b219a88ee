"""Starts the real launcher in an empty directory, and ends whatever it leaves running."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import psutil
import pytest

from settings.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass
class Launch:
    """Holds a started launcher, its directory, and its output so far."""

    process: subprocess.Popen[bytes]
    directory: Path
    port: int
    mlflow_port: int
    gpu_monitor_port: int
    inference_port: int
    scheduler_port: int

    def output(self) -> str:
        return (self.directory / "output").read_text()

    def processes(self, containing: str = "") -> list[psutil.Process]:
        """Returns all processes that it started and that still run, including grandchildren and orphans."""
        return [p for p in psutil.process_iter() if _started_in(p, self.directory) and containing in _command(p)]

    def wait_until_gone(self) -> None:
        """Waits until none of them runs; the kernel may take a moment to end a killed one."""
        wait_until(lambda: self.processes() == [], self.processes)

    def wait_until_ready(self) -> None:
        wait_until(lambda: "Clew is ready at" in self.output() or self.process.poll() is not None, self.output)
        assert self.process.poll() is None, self.output()

    def end(self, number: int) -> int:
        """Sends a signal; returns the exit status, and fails if it does not end."""
        self.process.send_signal(number)
        return self.process.wait(MAX_SECONDS)


PORTS = ("PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT")
Start = Callable[..., Launch]
# A limit that only failures reach: an MLflow creates its database first, on a machine that may be busy.
MAX_SECONDS = 600


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Returns a function that starts the launcher with the given settings and free ports."""
    started = []

    def start(stdin: int = subprocess.DEVNULL, **settings: str) -> Launch:
        directory = tmp_path_factory.mktemp("a 100% odd name")
        ports = {name: str(free_port()) for name in PORTS} | settings
        with (directory / "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.processes.launcher"],
                cwd=directory,
                env={**_bare_environment(), "PYTHONPATH": str(ROOT), "WEB_WORKERS": "1", **ports},
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Under nohup the tests ignore SIGHUP, would pass that on, and the launcher would rightly ignore it.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
            )
        numbers = (int(ports[name]) for name in PORTS)
        started.append(Launch(process, directory, *numbers))
        return started[-1]

    yield start
    for launch in started:
        if launch.process.poll() is None:
            launch.end(signal.SIGTERM)


def external_services() -> dict[str, str]:
    """Returns settings that name external services, which do not exist."""
    address = f"127.0.0.1:{free_port()}"
    return {
        "MLFLOW_TRACKING_URI": f"http://somebody:secret@{address}",
        "GPU_MONITOR_URLS": f"trainer=http://{address}",
        "INFERENCE_WS_URL": f"ws://{address}/ws/inference",
    }


def only_locked_packages() -> dict[str, str]:
    """Returns variables that hide every package which `make run` does not install, such as those for tests."""
    pins = (line.partition("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines())
    locked = {*map(canonical, pins), "pip", "setuptools"}
    hidden = [
        module for module, packages in packages_distributions().items() if locked.isdisjoint(map(canonical, packages))
    ]
    assert {"pytest", "scipy"} <= set(hidden)
    return {
        "PYTHONPATH": f"{Path(__file__).parent / 'only_locked_packages'}{os.pathsep}{ROOT}",
        "HIDDEN": ",".join(hidden),
    }


def canonical(package: str) -> str:
    return package.lower().replace("_", "-").replace(".", "-")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(port: int) -> bool:
    """Returns whether a healthy server of Clew answers at that port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def json_of(address: str) -> Any:
    """Returns the JSON answer; None if there is none yet, such as from a list that is still being read."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return None


def wait_until(condition: Callable[[], bool], why: Callable[[], object]) -> None:
    """Waits until a condition is true; fails with `why()` if it never is."""
    deadline = time.monotonic() + MAX_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {MAX_SECONDS} s: {why()}"
        time.sleep(0.2)


def _bare_environment() -> dict[str, str]:
    """Returns this process's environment without settings of Clew."""
    return {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


def _started_in(process: psutil.Process, directory: Path) -> bool:
    """Returns whether the launcher that was started in that directory is among the process's ancestors, by its
    environment."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get("CLEW_DIR") == str(directory)
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
