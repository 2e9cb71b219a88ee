"""The real monitor over the real pynvml; only the driver's library is a fake, built here from C."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpu_monitor.readings import Reading
from gpu_monitor.settings import GpuMonitorSettings
from tests.gpus.monitor import ROOT, Fake, Monitor
from training.settings import TrainingSettings

Start = Callable[..., Monitor]
Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the fake libnvidia-ml.so.1."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler, "These tests build a fake driver library: install gcc (on Debian: apt-get install gcc libc6-dev)."
    folder = tmp_path_factory.mktemp("nvml")
    source = Path(__file__).parent / "fake_nvml.c"
    command = [compiler, "-shared", "-fPIC", "-Wl,-soname,libnvidia-ml.so.1", "-o", "libnvidia-ml.so.1", str(source)]
    subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def start(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts a monitor over a fake driver, with the settings given."""
    started: list[Monitor] = []

    def start(has_library: bool = True, state: str = "count 2", **settings: str) -> Monitor:
        fake = Fake(library if has_library else tmp_path_factory.mktemp("no-nvml"), tmp_path_factory.mktemp("gpus"))
        fake.write(state)
        started.append(Monitor(fake, _bare_environment(), settings))
        return started[-1]

    yield start
    for monitor in started:
        monitor.end()


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:
    """A monitor of two GPUs that all tests of a file share."""
    monitor = start(TRUSTED_HOSTS="gpu-host")
    monitor.wait_for(lambda health: health["state"] == "ok")
    return monitor


@pytest.fixture(scope="module")
def fake(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Fake:
    return Fake(library, tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def read(fake: Fake) -> Iterator[Read]:
    """A function that writes what the driver says, and returns what is read of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.gpus.asking"],
        cwd=ROOT,
        env=os.environ | fake.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout

    def read(*lines: str) -> Reading:
        fake.write(*lines)
        stdin.write("\n")
        stdin.flush()
        return Reading.model_validate_json(stdout.readline())

    yield read
    stdin.close()
    stdout.close()
    process.wait(40)


def _bare_environment() -> dict[str, str]:
    ours = {*GpuMonitorSettings.model_fields, *TrainingSettings.model_fields}
    return {name: value for name, value in os.environ.items() if name.lower() not in ours}
