"""The real monitor over the real pynvml; only the driver's library is a fake."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gpu_monitor.readings import Reading
from gpu_monitor.settings import GpuMonitorSettings
from tests.gpus.fake_library import build_drivers
from tests.gpus.monitor import NVIDIA, Fake, Monitor, ReadingProcess
from tests.undeclared import undeclared_failures
from training.settings import TrainingSettings

Start = Callable[..., Monitor]
Read = Callable[..., Reading]
Ask = Callable[..., ReadingProcess]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder that holds the fake libnvidia-ml.so.1 and libamd_smi.so."""
    return build_drivers(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="module")
def start(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Returns a function that starts a monitor over a fake driver, with the settings given."""
    started: list[Monitor] = []

    def start(
        has_library: bool = True, state: str = "count 2", plugged: Sequence[str] = (NVIDIA,), **settings: str
    ) -> Monitor:
        libraries = library if has_library else tmp_path_factory.mktemp("no-nvml")
        fake = Fake(libraries, tmp_path_factory.mktemp("gpus"), plugged)
        fake.write(state)
        started.append(Monitor(fake, _bare_environment(), settings))
        return started[-1]

    yield start
    for monitor in started:
        monitor.end()
    assert [line for monitor in started for line in undeclared_failures(monitor.log())] == []


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:
    """Runs a monitor of two GPUs that all tests of a file share."""
    monitor = start(TRUSTED_HOSTS="gpu-host")
    monitor.wait_for(lambda health: health["state"] == "ok")
    return monitor


@pytest.fixture(scope="module")
def fake(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Fake:
    return Fake(library, tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def read(fake: Fake) -> Iterator[Read]:
    """Returns a function that sets the driver's values, and returns the reading of them."""
    process = ReadingProcess(fake)

    def read(*lines: str) -> Reading:
        fake.write(*lines)
        return process.read()

    yield read
    process.end()


@pytest.fixture
def ask(library: Path, tmp_path: Path) -> Iterator[Ask]:
    """Returns a function that starts to read a machine with GPUs of these vendors; without NVIDIA's its library is
    missing."""
    begun: list[ReadingProcess] = []

    def ask(*vendors: str) -> ReadingProcess:
        folder = library
        if NVIDIA not in vendors:
            folder = tmp_path / "amd-only"
            folder.mkdir()
            (folder / "libamd_smi.so").symlink_to(library / "libamd_smi.so")
        begun.append(ReadingProcess(Fake(folder, tmp_path, vendors)))
        return begun[-1]

    yield ask
    for one in begun:
        one.end()


def _bare_environment() -> dict[str, str]:
    ours = {*GpuMonitorSettings.model_fields, *TrainingSettings.model_fields}
    return {name: value for name, value in os.environ.items() if name.lower() not in ours}
