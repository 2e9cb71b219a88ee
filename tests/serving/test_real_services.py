"""The dashboard, the inference engine and the GPU monitor as they run: drips, slow readers, and an MLflow that hangs."""

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.deploy.hosting import Dashboard
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.gpus.monitor import Monitor, free_port, handshake, status
from tests.inference.conftest import _bare_environment
from tests.inference.engine import Engine
from tests.misbehaving import HANG, Misbehaving
from tests.serving.sample_server import SlowClients, connect, wait_until

THREADS = 4
HALF_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"
HALF_BODY = b"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n"
ODD_CHUNKS = b"POST /evaluations/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def mlflow() -> Iterator[Misbehaving]:
    """Runs an MLflow that accepts every request and answers none."""
    with Misbehaving("http://127.0.0.1:9") as server:
        server.answer = HANG
        yield server


@pytest.fixture(scope="module")
def dashboard(mlflow: Misbehaving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Returns the address of a dashboard with one worker of four threads on that MLflow."""
    folder = tmp_path_factory.mktemp("dashboard")
    settings = {
        "WEB_THREADS": str(THREADS),
        "CACHE_DIR": str(folder / "cache"),
        "MLFLOW_TRACKING_URI": mlflow.address,
        "INFERENCE_PORT": str(free_port()),
        "GPU_MONITOR_PORT": str(free_port()),
    }
    dashboard = Dashboard(folder, free_port(), settings)
    dashboard.wait()
    yield dashboard.address
    dashboard.end()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Runs an engine without a Clew."""
    clew = f"http://127.0.0.1:{free_port()}"
    engine = Engine(tmp_path_factory.mktemp("engine"), _bare_environment(), clew, {"INFERENCE_MAX_VIEWERS": "4"})
    yield engine
    engine.end()


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:  # noqa: F811
    return start(GPU_MAX_VIEWERS="4")


def assert_responsive(address: str) -> None:
    """Asserts that pages, their scripts and /health respond."""
    for path in ("/health", "/", "/mlflow", "/_dash-layout", "/assets/clew.css"):
        assert requests.get(f"{address}{path}", timeout=60).ok


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_half_sent_requests_do_not_delay_the_dashboard(dashboard: str) -> None:
    port = port_of(dashboard)
    with SlowClients(port, 200, HALF_HEAD) as heads, SlowClients(port, 200, HALF_BODY) as bodies:
        assert bodies.connected == 200
        assert_responsive(dashboard)
        wait_until(lambda: heads.connected + bodies.connected == 0)
        assert set(heads.answers) == {b""}
        assert all(b"request-too-slow" in answer for answer in bodies.answers)
    assert_responsive(dashboard)


def test_clients_that_do_not_read_do_not_delay_the_dashboard(dashboard: str) -> None:
    script = b"GET /assets/plotly-basic-4.1.1.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with contextlib.ExitStack() as open_connections:
        for _ in range(10 * THREADS):
            reader = open_connections.enter_context(connect(port_of(dashboard), receive_bytes=4096))
            reader.sendall(script * 3)
        assert_responsive(dashboard)


def test_a_hanging_mlflow_delays_no_page(dashboard: str) -> None:
    """Sixteen clients of each kind, four threads: reads, files, changes, health and one and the same callback."""
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=200))
    requests_to_send = [("GET", "/api/models"), ("GET", "/api/models/1"), ("GET", "/api/runs"), ("GET", "/api/health")]
    requests_to_send += [("GET", "/api/models/1/policy"), ("DELETE", "/api/models/1"), ("GET", "/api/models/history")]
    with ThreadPoolExecutor(16 * len(requests_to_send)) as callers:

        def ask(method: str, path: str) -> requests.Response:
            return session.request(method, f"{dashboard}{path}", timeout=300)

        answers = [callers.submit(ask, *one) for one in requests_to_send for _ in range(16)]
        assert_responsive(dashboard)
        assert not all(one.done() for one in answers)
        for _ in range(2):
            assert_responsive(dashboard)
        statuses = {one.result().status_code for one in answers}
    assert statuses <= {200, 502, 503, 504}
    assert all(one.result().headers["Retry-After"] for one in answers if "too-many-at-once" in one.result().text)


@pytest.mark.parametrize("sent", [HALF_HEAD, HALF_BODY, ODD_CHUNKS])
def test_half_sent_requests_do_not_delay_the_engine(engine: Engine, sent: bytes) -> None:
    with SlowClients(engine.port, 60, sent) as drips:
        for _ in range(3):
            assert engine.health()["status"] == "healthy"
            with engine.view() as viewer:
                viewer.send_command("stop")
        wait_until(lambda: drips.connected == 0)
    assert engine.health()["viewers"] == 0


def test_half_sent_requests_do_not_delay_the_monitor_or_its_viewers(monitor: Monitor) -> None:
    with (
        monitor.view() as viewer,
        SlowClients(monitor.port, 240, HALF_HEAD) as heads,
        SlowClients(monitor.port, 60, HALF_BODY),
    ):
        for _ in range(3):
            assert monitor.health()["status"] == "healthy"
            assert "clew_gpu" in monitor.get("/metrics")
            viewer.next()
        with monitor.view() as another:
            another.next()
        wait_until(lambda: heads.connected == 0)
        viewer.next()


def test_a_slowly_sent_frame_ends_only_its_own_connection(monitor: Monitor) -> None:
    """It answers no ping meanwhile: nothing may be sent within a frame."""
    with monitor.view() as viewer, handshake(monitor.port) as dripping:
        assert status(dripping)[0] == 101
        viewer.next()
        dripping.sendall(b"\x81\xfe\x03\xe8abcd")  # the head of a text of a thousand bytes
        dripping.settimeout(1.0)
        wait_until(lambda: _is_closed_after_one_byte(dripping))
        viewer.next()


def _is_closed_after_one_byte(client: socket.socket) -> bool:
    try:
        client.sendall(b"x")
        return client.recv(2**16) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
