"""Sixteen clients request a large model's file at once: pages and MLflow stay as fast, and each gets it in time."""

import hashlib
import random
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
import requests

from tests.deploy.hosting import Dashboard
from tests.gpus.monitor import free_port
from tests.registry import Registry
from tests.tracking import Tracking

LARGE = random.Random(7).randbytes(63 * 2**20)
CALLERS = 16


class Clew(NamedTuple):
    """Holds a dashboard, and the large model in its registry."""

    address: str
    model_id: str


@pytest.fixture(scope="module")
def clew(tracking: Tracking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clew]:
    registry = Registry(tracking, f"large-{uuid.uuid4().hex[:8]}")
    model_id = registry.version(LARGE, algorithm="PPO")
    folder = tmp_path_factory.mktemp("dashboard")
    settings = {
        "MLFLOW_TRACKING_URI": tracking.address,
        "MODEL_NAME": registry.name,
        "CACHE_DIR": str(folder / "cache"),
        "INFERENCE_PORT": str(free_port()),
        "GPU_MONITOR_PORT": str(free_port()),
    }
    dashboard = Dashboard(folder, free_port(), settings)
    dashboard.wait()
    yield Clew(dashboard.address, model_id)
    dashboard.end()


def test_sixteen_clients_get_a_large_file_and_no_other_request_waits(clew: Clew) -> None:
    def get(_caller: int) -> list[requests.Response]:
        """Returns all answers until the file came; in between, it waits as the server's Retry-After states."""
        answers = [requests.get(f"{clew.address}/api/models/{clew.model_id}/policy", timeout=300)]
        while answers[-1].status_code == 503:
            time.sleep(int(answers[-1].headers["Retry-After"]))
            answers.append(requests.get(f"{clew.address}/api/models/{clew.model_id}/policy", timeout=300))
        return answers

    with ThreadPoolExecutor(CALLERS) as callers:
        downloads = [callers.submit(get, number) for number in range(CALLERS)]
        for _ in range(5):
            for path in ("/health", "/", "/models", "/_dash-layout"):
                assert requests.get(f"{clew.address}{path}", timeout=60).ok
        assert not all(one.done() for one in downloads)
        listed = requests.get(f"{clew.address}/api/models", timeout=300)
        assert [model["id"] for model in listed.json()] == [clew.model_id]
        answers = [one.result() for one in downloads]
    expected = hashlib.sha256(LARGE).hexdigest()
    for each in answers:
        assert hashlib.sha256(each[-1].content).hexdigest() == expected
        assert each[-1].headers["ETag"] == f'"{expected}"'
    refused = [answer for each in answers for answer in each[:-1]]
    assert {answer.json()["code"] for answer in refused} <= {"too-many-at-once"}
    again = requests.get(
        f"{clew.address}/api/models/{clew.model_id}/policy", headers={"If-None-Match": f'"{expected}"'}, timeout=300
    )
    assert (again.status_code, again.content) == (304, b"")
