"""The stream `/ws/gpu` as its viewers get it."""

import itertools
import json
import socket
import statistics
import time
from contextlib import suppress

import pytest
import requests

from domain.gpus import HISTORY_SAMPLES, GpuState, HostState
from tests.gpus.conftest import Start
from tests.gpus.monitor import Monitor, Viewer, handshake, status
from tests.misbehaving import eventually


@pytest.fixture(scope="module")
def small(start: Start) -> Monitor:
    """Runs a monitor that accepts two viewers, and pages of one origin."""
    return start(GPU_MAX_VIEWERS="2", ALLOWED_ORIGINS="https://clew.example.com")


def test_only_the_first_message_has_the_history(monitor: Monitor) -> None:
    monitor.fake.write("count 2", "util 0 11")
    with monitor.view() as viewer:
        viewer.until(lambda report: report.gpus[0].utilization == 11)
    monitor.fake.write("count 2", "util 0 22")
    with monitor.view() as viewer:
        viewer.until(lambda report: report.gpus[0].utilization == 22)
    with monitor.view() as viewer:
        first, second = viewer.next(), viewer.next()
    assert first.history
    assert second.history is None
    assert [sample.at for sample in first.history] == sorted(sample.at for sample in first.history)
    values = [sample.utilization[0] for sample in first.history if 0 in sample.utilization]  # there may be gaps
    assert 11 in values
    assert values[-1] == 22
    assert len(first.history) <= HISTORY_SAMPLES
    assert (first.host, first.sample_seconds, first.recording) == ("fake-host", 0.5, False)
    assert first.boot_id


def test_samples_come_steadily_and_their_interval_is_measured_and_logged(monitor: Monitor) -> None:
    arrivals, timestamps = [], []
    with monitor.view() as viewer:
        for _ in range(7):
            timestamps.append(viewer.next().gpus[0].timestamp)
            arrivals.append(time.monotonic())
    gaps = [later - earlier for earlier, later in itertools.pairwise(arrivals[1:])]
    # If the whole machine pauses for a moment, one is late and the next one early: the median gives the rhythm.
    # A busy machine skips some; without the setting, it would be 2 s.
    assert 0.3 < statistics.median(gaps) < 1.6
    assert len(set(timestamps)) >= 5
    lines = [line for line in monitor.log_lines() if line["message"] == "gpu sample"]
    wanted = {"timestamp", "gpu_id", "utilization", "memory_used", "memory_total", "temperature", "interval_seconds"}
    assert wanted <= set(lines[-1])
    intervals = [line["interval_seconds"] for line in lines if line["interval_seconds"]]  # the first reading has none
    assert 0.3 < statistics.median(intervals) < 1.6
    monitor.wait_for(lambda health: health["sample_interval_seconds"] == pytest.approx(0.5, abs=0.4))


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        (None, "127.0.0.1", 101),
        ("http://localhost:8050", "gpu-host:8001", 101),
        ("http://[::1]:8050", "gpu-host:8001", 101),
        ("http://gpu-host:8050", "gpu-host:8001", 101),
        ("https://evil.example.com", "127.0.0.1", 403),
        ("http://localhost.evil.example.com", "127.0.0.1", 403),
        ("http://gpu-host.evil.example.com", "gpu-host:8001", 403),
        ("null", "127.0.0.1", 403),
        ("http://[", "127.0.0.1", 403),
    ],
)
def test_pages_of_other_hosts_are_refused(monitor: Monitor, origin: str | None, host: str, expected: int) -> None:
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    with handshake(monitor.port, **headers) as connection:
        assert status(connection)[0] == expected


def test_only_listed_origins_are_accepted(small: Monitor) -> None:
    for origin, expected in [("https://clew.example.com", 101), ("http://localhost:8050", 403)]:
        with handshake(small.port, Origin=origin) as connection:
            assert status(connection)[0] == expected


def test_a_viewer_over_the_limit_is_refused_with_retry_after(small: Monitor) -> None:
    small.wait_for(lambda health: health["viewers"] == 0)
    with small.view() as one, small.view() as another:
        for viewer in (one, another):
            viewer.next()
        with handshake(small.port) as third:
            code, head = status(third)
        assert code == 503
        assert "retry-after: 10" in head.lower()
        assert small.health()["viewers"] == 2
    small.wait_for(lambda health: health["viewers"] == 0)
    with small.view() as again:
        again.next()


@pytest.mark.parametrize("message", ["hello", b"\x00\xff", "x" * 10_000_000, b"x" * 10_000_000])
def test_a_client_that_sends_messages_is_closed_without_effect_on_others(
    monitor: Monitor, message: str | bytes
) -> None:
    with monitor.view() as quiet, monitor.view() as sender:
        quiet.next()
        with suppress(OSError):  # it may be closed before all of it is sent
            sender.send(message)
        sender.read_to_the_end()
        if len(message) < 100:
            assert sender.close_reason == 1003
        for _ in range(2):
            assert quiet.next().state == HostState.OK
    assert monitor.health()["status"] == "healthy"


def test_an_invalid_handshake_is_refused_without_a_traceback(monitor: Monitor) -> None:
    with handshake(monitor.port, **{"Sec-WebSocket-Version": "7"}) as connection:
        assert status(connection)[0] in (400, 426)
    assert "Traceback" not in monitor.log()


def test_clients_that_freeze_are_dropped_without_effect_on_others(monitor: Monitor) -> None:
    monitor.wait_for(lambda health: health["viewers"] == 0)
    halves = [socket.create_connection(("127.0.0.1", monitor.port)) for _ in range(30)]
    for half in halves:
        half.sendall(b"GET /ws/gpu HTTP/1.1\r\nHost: x\r\nUpgr")
    with monitor.view() as answering, handshake(monitor.port):  # the second never reads, and never answers a ping
        monitor.wait_for(lambda health: health["viewers"] == 2)
        began = time.monotonic()
        while monitor.health()["viewers"] == 2:
            assert time.monotonic() - began < 180
            answering.next()
        assert answering.connected
    for half in halves:
        half.settimeout(1)  # they were closed long ago
        assert half.recv(100) == b""
        half.close()
    assert "Socket error" not in monitor.log()


def test_metrics_have_base_units_and_omit_unsupported_values(monitor: Monitor) -> None:
    monitor.fake.write("count 2", "util 1 25", "used 1 3", "error 1 nvmlDeviceGetFanSpeed 3")
    with monitor.view() as viewer:
        viewer.until(lambda report: report.gpus[1].utilization == 25)
    lines = monitor.get("/metrics").splitlines()
    labels = '{gpu="1",uuid="FAKE-1",name="Fake GPU 1"}'
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(values[f"clew_gpu_utilization_ratio{labels}"]) == 0.25
    assert float(values[f"clew_gpu_memory_used_bytes{labels}"]) == 3 * 2**20
    assert f"clew_gpu_fan_ratio{labels}" not in values
    assert 'clew_gpu_fan_ratio{gpu="0",uuid="FAKE-0",name="Fake GPU 0"}' in values
    assert float(values['clew_gpu_host_state{state="ok"}']) == 1
    assert float(values['clew_gpu_host_state{state="stale"}']) == 0
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {name.partition("{")[0] for name in values} == named


@pytest.mark.parametrize(
    ("driver_lines", "state", "up"),
    [
        (("mig 1 1", "error 1 nvmlDeviceGetUtilizationRates 3"), GpuState.MIG, 1),
        (("error 1 nvmlDeviceGetComputeRunningProcesses 4",), GpuState.NO_PERMISSION, 1),
        (("error 1 * 4",), GpuState.NO_PERMISSION, 1),
        (("error 1 * 15",), GpuState.LOST, 0),
        (("error 1 nvmlDeviceGetPowerUsage 999",), GpuState.FAILED, 0),
    ],
)
def test_a_gpu_counts_as_down_only_if_it_is_lost_or_fails(
    monitor: Monitor, driver_lines: tuple[str, ...], state: GpuState, up: int
) -> None:
    monitor.fake.write("count 2", *driver_lines)
    with monitor.view() as viewer:
        viewer.until(lambda report: report.gpus[1].state == state)
    lines = monitor.get("/metrics").splitlines()
    assert [float(line.split()[-1]) for line in lines if line.startswith("clew_gpu_up{")] == [1, up]
    states = [line for line in lines if line.startswith('clew_gpu_state{gpu="1"') and line.endswith(" 1")]
    assert [line.partition("state=")[2] for line in states] == [f'"{state}"}} 1']


def test_example_gpus_are_marked_and_not_recorded(start: Start) -> None:
    monitor = start(GPU_DEMO="true", has_library=False)
    with monitor.view() as viewer:
        report = viewer.until(lambda report: report.state == HostState.OK)
    assert report.recording
    assert [gpu.name for gpu in report.gpus] == [f"Example GPU {index}" for index in range(4)]
    assert "clew_gpu_up{" not in monitor.get("/metrics")  # Prometheus would take it as measured
    kept = json.loads(monitor.get("/history?since_ms=0&until_ms=60000&step_s=60"))
    assert (kept["code"], kept["gpus"]) == ("examples-not-kept", [])


def test_all_viewers_are_notified_when_the_monitor_stops(small: Monitor) -> None:
    viewers = [small.view(), Viewer(small.port, {})] if small.health()["viewers"] == 0 else []
    assert viewers
    for viewer in viewers:
        viewer.next()
    small.end()
    for viewer in viewers:
        assert viewer.read_to_the_end() == 1001
    assert small.process.returncode == 0
    eventually(lambda: small.samplers() == [])


def test_invalid_settings_are_reported_with_the_valid_form(start: Start) -> None:
    with pytest.raises(AssertionError) as refused:
        start(GPU_SAMPLE_SECONDS="9", ALLOWED_ORIGINS="clew.example.com")
    text = str(refused.value)
    assert "GPU_SAMPLE_SECONDS='9': Input should be less than or equal to 4" in text
    assert "ALLOWED_ORIGINS='clew.example.com': 'clew.example.com' should be an origin such as" in text
    assert "Traceback" not in text


def test_a_message_follows_the_contract_and_unknown_values_are_not_zero(monitor: Monitor) -> None:
    monitor.fake.write("count 1", "error 0 nvmlDeviceGetUtilizationRates 3")
    with monitor.view() as viewer:
        viewer.until(lambda report: len(report.gpus) == 1 and report.gpus[0].utilization is None)
        gpu = json.loads(str(viewer.receive(timeout=30)))["gpus"][0]
    assert gpu["utilization"] is None
    assert {"gpu_id", "utilization", "memory_used", "memory_total", "temperature", "timestamp"} <= set(gpu)


@pytest.mark.parametrize(
    "host", ["evil.example", "EVIL.example.:8001", "gpu-host.evil.example", "10.0.0.5", "[fd00::5]:1"]
)
def test_a_rebound_host_name_cannot_watch(monitor: Monitor, host: str) -> None:
    """A browser takes such a page as one of the same origin."""
    with handshake(monitor.port, Host=host, Origin=f"http://{host}") as connection:
        assert status(connection)[0] == 400
    for path in ("/health", "/metrics", "/nothing"):
        answer = requests.get(f"http://127.0.0.1:{monitor.port}{path}", headers={"Host": host}, timeout=60)
        assert answer.status_code == 400
        assert "TRUSTED_HOSTS" in answer.text
    assert monitor.health()["status"] == "healthy"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.:8001", "[::1]:8001", "gpu.localhost", "127.1.2.3", "gpu-host"]
)
def test_loopback_names_and_trusted_hosts_can_watch(monitor: Monitor, host: str) -> None:
    with handshake(monitor.port, Host=host) as connection:
        assert status(connection)[0] == 101


def test_a_request_without_a_host_header_is_answered(monitor: Monitor) -> None:
    with socket.create_connection(("127.0.0.1", monitor.port), timeout=60) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert status(connection)[0] == 200


def test_a_monitor_on_all_interfaces_warns_and_answers_any_host_name(start: Start) -> None:
    monitor = start(GPU_MONITOR_HOST="0.0.0.0")
    with handshake(monitor.port, Host="gpu-host:8001") as connection:
        assert status(connection)[0] == 101
    (warning,) = [line for line in monitor.log_lines() if "TRUSTED_HOSTS" in line["message"]]
    assert warning["level"] == "WARNING"
    assert warning["message"].startswith("GPU_MONITOR_HOST=0.0.0.0 without TRUSTED_HOSTS")
