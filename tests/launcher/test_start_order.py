"""Which processes are started when: with real HTTP servers, and a list of names instead of supervisord."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.processes import start_order
from services.processes.specs import DASHBOARD, MLFLOW, SAMPLES
from services.processes.start_order import StartOrder
from services.processes.supervisor import Child
from settings.settings import Settings
from tests.launcher.conftest import PORTS, free_port

RUNNING = Child(SAMPLES.name, "RUNNING", 4711, 0)
GAVE_UP = Child(SAMPLES.name, "EXITED", 0, 1)
DONE = Child(SAMPLES.name, "EXITED", 0, 0)


class Healthy(BaseHTTPRequestHandler):
    """Answers every GET with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Writes nothing."""


@contextmanager
def answering(port: int) -> Iterator[None]:
    """Runs a server that is healthy."""
    with ThreadingHTTPServer(("127.0.0.1", port), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Returns the settings of a start with everything embedded, on free ports."""
    for name in PORTS:
        monkeypatch.setenv(name, str(free_port()))
    return Settings(_env_file=None)


@pytest.fixture
def started() -> list[str]:
    return []


@pytest.fixture
def order(settings: Settings, started: list[str]) -> StartOrder:
    """Returns a start whose first processes were started."""
    order = StartOrder(settings, started.append)
    order.start_first()
    return order


def test_the_first_page_does_not_compete_with_what_it_does_not_need(
    order: StartOrder, settings: Settings, started: list[str]
) -> None:
    order.advance({})
    assert started == [MLFLOW.name, DASHBOARD.name]
    with answering(settings.port):
        order.advance({})
    assert DASHBOARD.name not in order.waiting_for
    assert started[2:] == [SAMPLES.name, "gpu_monitor", "inference", "scheduler"]
    order.advance({})
    assert len(started) == 6


def test_a_dashboard_that_does_not_start_does_not_delay_the_others_for_ever(
    order: StartOrder, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_order, "_LATEST_SECONDS", 0)
    order.advance({})
    assert SAMPLES.name in started
    assert DASHBOARD.name in order.waiting_for


def test_samples_that_gave_up_waiting_are_loaded_once_mlflow_answers(
    order: StartOrder, settings: Settings, started: list[str]
) -> None:
    with answering(settings.port):
        order.advance({SAMPLES.name: RUNNING})
    order.advance({SAMPLES.name: GAVE_UP})
    assert started.count(SAMPLES.name) == 1
    with answering(settings.mlflow_port):
        order.advance({SAMPLES.name: GAVE_UP})
        assert started.count(SAMPLES.name) == 2
        order.advance({SAMPLES.name: GAVE_UP})
    assert started.count(SAMPLES.name) == 2  # a second failure has another reason


@pytest.mark.parametrize("samples", [RUNNING, DONE])
def test_samples_that_did_not_fail_are_started_once(
    order: StartOrder, settings: Settings, started: list[str], samples: Child
) -> None:
    with answering(settings.port):
        order.advance({})
    with answering(settings.mlflow_port):
        order.advance({SAMPLES.name: samples})
    assert started.count(SAMPLES.name) == 1
