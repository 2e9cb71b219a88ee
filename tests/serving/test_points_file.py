"""A file of points as a client gets it: complete, or broken off, so that no part of it can be taken for all of it."""

from collections.abc import Iterator

import pytest
import requests

from tests.deploy.hosting import Dashboard
from tests.gpus.monitor import free_port
from tests.tracking import Tracking

VALUES = [float(number % 977) for number in range(30_000)]


@pytest.fixture(scope="module")
def clew(tracking: Tracking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("dashboard")
    settings = {
        "MLFLOW_TRACKING_URI": tracking.address,
        "CACHE_DIR": str(folder / "cache"),
        "INFERENCE_PORT": str(free_port()),
        "GPU_MONITOR_PORT": str(free_port()),
    }
    dashboard = Dashboard(folder, free_port(), settings)
    dashboard.wait()
    yield dashboard.address
    dashboard.end()


@pytest.fixture(scope="module")
def run(tracking: Tracking) -> str:
    return tracking.run(tracking.experiment(), name="long", metrics={"y": VALUES})


def read(address: str, **query: str) -> tuple[list[str], bool]:
    """Returns the lines of a file, and whether it was complete."""
    with requests.get(f"{address}/charts/points.csv", query, stream=True, timeout=120) as answer:
        assert answer.status_code == 200
        text, whole = b"", True
        try:
            for piece in answer.iter_content(2**16):
                text += piece
        except requests.exceptions.ChunkedEncodingError:
            whole = False
    return text.decode().splitlines(), whole


def test_a_complete_file_has_every_point_and_ends_regularly(clew: str, run: str) -> None:
    lines, is_whole = read(clew, runs=run, chart="y")
    assert is_whole
    assert len(lines) == 1 + len(VALUES)
    assert sum(float(line.rpartition(",")[2]) for line in lines[1:]) == sum(VALUES)


def test_an_incomplete_file_ends_with_the_reason_and_is_broken_off(clew: str, run: str) -> None:
    lines, is_whole = read(clew, runs=f"{run},nobody", chart="y")
    assert not is_whole
    assert lines[-1] == "nobody,,,INCOMPLETE,,,There is no run nobody."
    assert len(lines) == 2 + len(VALUES)
