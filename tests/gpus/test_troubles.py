"""Drivers that hang, vanish, change and recover, and processes that are killed: the stream goes on and reports it."""

import itertools
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gpus import GpuState, HostState
from tests.gpus.conftest import Start
from tests.gpus.monitor import Monitor
from tests.misbehaving import eventually

HEALTHY = ("count 2", "util 0 50")
P8_SECONDS = 5


@pytest.fixture(scope="module")
def unhurried(start: Start) -> Monitor:
    """Runs a monitor that does not take a sampler for dead which a busy machine delays by a second or two."""
    return start(GPU_SAMPLE_SECONDS="2")


def test_a_driver_that_hangs_is_reported_and_recovered_from(monitor: Monitor) -> None:
    monitor.fake.write(*HEALTHY)
    with monitor.view() as viewer:
        viewer.until(lambda report: report.gpus[0].utilization == 50)
        before = {one.pid for one in monitor.samplers()}
        monitor.fake.write(*HEALTHY, "hang 1")
        stale = viewer.until(lambda report: report.state == HostState.STALE)
        assert stale.age_seconds
        assert stale.age_seconds >= 1.5
        assert [gpu.utilization for gpu in stale.gpus] == [50, 0]  # the last known values, and how old they are
        assert stale.error
        assert monitor.health()["state"] == "stale"  # at once: the driver still hangs
        assert "clew_gpu_utilization_ratio{" not in monitor.get("/metrics")
        dead = viewer.until(lambda report: report.state == HostState.NOT_ANSWERING)
        assert "reboot" in (dead.remedy or "")
        monitor.fake.write(*HEALTHY)
        viewer.until(lambda report: report.state == HostState.OK)
    assert len(monitor.samplers()) == 1
    assert before.isdisjoint(one.pid for one in monitor.samplers())
    with monitor.view() as viewer:  # the history outlives the sampler, with a gap
        history = viewer.next().history or []
    assert {} in [sample.utilization for sample in history]
    assert sum(0 in sample.utilization for sample in history) >= 3


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        ("error -1 nvmlDeviceGetCount 9", HostState.NO_DRIVER),
        ("count 0", HostState.NO_GPU),
        ("error -1 nvmlDeviceGetCount 4", HostState.NO_PERMISSION),
        ("error -1 nvmlDeviceGetCount 999", HostState.FAILED),
    ],
)
def test_a_passing_failure_is_recovered_from_by_the_same_sampler(
    unhurried: Monitor, trouble: str, state: HostState
) -> None:
    monitor = unhurried
    monitor.fake.write(*HEALTHY)
    with monitor.view() as viewer:
        viewer.until(lambda report: report.state == HostState.OK)
        before = [one.pid for one in monitor.samplers()]
        monitor.fake.write(*HEALTHY, trouble)
        failed = viewer.until(lambda report: report.state == state)
        assert failed.error
        assert failed.remedy
        monitor.fake.write(*HEALTHY)
        viewer.until(lambda report: report.state == HostState.OK and len(report.gpus) == 2)
    assert [one.pid for one in monitor.samplers()] == before


def test_a_gpu_that_falls_off_the_bus_affects_no_other(monitor: Monitor) -> None:
    monitor.fake.write(*HEALTHY, "error 1 * 15")
    with monitor.view() as viewer:
        lost = viewer.until(lambda report: report.gpus[1].state == GpuState.LOST)
        assert (lost.state, lost.gpus[0].utilization) == (HostState.OK, 50)
        monitor.fake.write(*HEALTHY)
        viewer.until(lambda report: report.gpus[1].state == GpuState.OK)


def test_after_a_driver_upgrade_a_new_process_reads(monitor: Monitor) -> None:
    monitor.fake.write(*HEALTHY)
    with monitor.view() as viewer:
        viewer.until(lambda report: report.state == HostState.OK)
        before = {one.pid for one in monitor.samplers()}
        monitor.fake.write(*HEALTHY, "error -1 nvmlDeviceGetCount 18")
        viewer.until(lambda report: report.state == HostState.DRIVER_CHANGED)
        monitor.fake.write(*HEALTHY)
        viewer.until(lambda report: report.state == HostState.OK)
    assert before.isdisjoint(one.pid for one in monitor.samplers())


def test_a_driver_that_crashes_its_caller_is_reported_and_recovered_from(monitor: Monitor) -> None:
    monitor.fake.write(*HEALTHY, "crash 1")
    with monitor.view() as viewer:
        failed = viewer.until(lambda report: report.state == HostState.FAILED)
        assert "exit status -6" in (failed.error or "")
        monitor.fake.write(*HEALTHY)
        viewer.until(lambda report: report.state == HostState.OK)
        for sampler in monitor.samplers():
            sampler.kill()
        killed = viewer.until(lambda report: report.state == HostState.FAILED)
        assert "exit status -9" in (killed.error or "")
        viewer.until(lambda report: report.state == HostState.OK)


def test_without_a_driver_the_service_is_healthy_and_gives_a_remedy(start: Start) -> None:
    monitor = start(has_library=False)
    health = monitor.wait_for(lambda health: health["state"] == "no_library")
    assert health["status"] == "healthy"
    with monitor.view() as viewer:
        report = viewer.next()
    assert (report.gpus, report.recording) == ([], False)
    assert "libnvidia-ml.so.1" in (report.error or "")
    assert "Install the NVIDIA driver" in (report.remedy or "")
    lines = [line for line in monitor.log_lines() if line.get("state") == "no_library"]
    assert lines[0]["level"] == "WARNING"
    assert len(lines) == 1  # reported once, not with every sample


def test_a_killed_service_leaves_no_sampler_and_starts_again(start: Start) -> None:
    monitor = start()
    monitor.wait_for(lambda health: health["state"] == "ok")
    viewer = monitor.view()
    monitor.fake.write(*HEALTHY, "hang 1")  # otherwise its next message would find no reader, and end it anyway
    time.sleep(0.6)
    worker = monitor.samplers()[0].parent()
    monitor.process.send_signal(signal.SIGSTOP)  # otherwise it might start another worker before its own end
    for process in [worker, monitor.process]:
        assert process
        process.send_signal(signal.SIGKILL)
    monitor.process.wait(40)
    viewer.thread.join(40)
    assert not viewer.connected
    eventually(lambda: not monitor.samplers())
    monitor.fake.write(*HEALTHY)
    monitor.run()
    with monitor.view() as viewer:
        viewer.until(lambda report: report.state == HostState.OK)


def test_when_only_gunicorn_is_killed_its_worker_ends_too(start: Start) -> None:
    monitor = start()
    monitor.wait_for(lambda health: health["state"] == "ok")
    with monitor.view() as viewer:
        viewer.next()
        monitor.process.kill()
        monitor.process.wait(40)
        eventually(lambda: not monitor.samplers())


EVENTS = [
    HEALTHY,
    ("count 0",),
    ("count 8",),
    (*HEALTHY, "hang 1"),
    (*HEALTHY, "crash 1"),
    (*HEALTHY, "error -1 nvmlDeviceGetCount 9"),
    (*HEALTHY, "error -1 nvmlDeviceGetCount 18"),
    (*HEALTHY, "error 0 * 15"),
]


@settings(max_examples=3)
@given(events=st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0.1, 1.5)), min_size=1, max_size=3))
def test_p8_a_message_arrives_at_least_every_5_seconds(
    monitor: Monitor, events: list[tuple[tuple[str, ...], float]]
) -> None:
    with monitor.view() as viewer:
        arrivals = [time.monotonic()]
        for lines, seconds in events:
            monitor.fake.write(*lines)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                viewer.next()
                arrivals.append(time.monotonic())
        monitor.fake.write(*HEALTHY)
    assert max(later - earlier for earlier, later in itertools.pairwise(arrivals)) < P8_SECONDS
