"""The history from a real Prometheus: of monitors over fake drivers, of dcgm-exporter's page, and of the past."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from domain.fleet.kept_history import GpuUser
from domain.fleet.series import FleetHistory, GpuSeries, HistorySource, Measure, Steps
from domain.fleet.usage import Grouping, usage
from services.fleet.prometheus_history import PrometheusHistory
from tests.fleet.prometheus import DCGM_GPUS, Page, Prometheus, Sample, dcgm_page, history_of
from tests.gpus.conftest import Start
from tests.misbehaving import eventually

HOSTS = ("trainer-1", "trainer-2", "trainer-3")
HOUR = 3600
END = int(time.time()) // HOUR * HOUR - 26 * HOUR
START = END - 4 * HOUR


def uuid_line(gpu: int, uuid: str) -> str:
    return f"text {gpu} nvmlDeviceGetUUID {uuid.encode().hex()}"


def series_of(history: FleetHistory, host: str, gpu: str) -> GpuSeries:
    return next(one for one in history.gpus if (one.gpu.host, one.gpu.gpu) == (host, gpu))


def no_run(_user: GpuUser) -> None:
    """Returns no run."""


def test_monitors_and_dcgm_exporter_are_reported_together(start: Start, tmp_path: Path) -> None:
    """Three hosts have a monitor, one has none; a GPU that two monitors report is one."""
    scrapes = {}
    for number, host in enumerate(HOSTS):
        state = ["count 1", f"util 0 {20 + number}", "used 0 4096", "total 0 81920", "power 0 300000"]
        state += [uuid_line(0, f"GPU-of-{min(number, 1)}"), "process 0 1 512"]
        monitor = start(state="\n".join(state), GPU_HISTORY_HOURS="0", GPU_SAMPLE_SECONDS="2")
        monitor.wait_for(lambda health: health["state"] == "ok")
        scrapes[f"clew-{number}"] = {"targets": [f"127.0.0.1:{monitor.port}"], "labels": {"host": host}}
    with Page(dcgm_page()) as page:
        scrapes["dcgm"] = {"targets": [page.target]}
        with Prometheus(tmp_path, scrapes) as prometheus:
            began = int(time.time() * 1000)
            found = "min(count_over_time(clew_gpu_up[5m])) + min(count_over_time(DCGM_FI_DEV_GPU_UTIL[5m]))"
            eventually(lambda: (prometheus.value(found) or 0) >= 12)
            until = int(time.time() * 1000)
            history = history_of(prometheus.address).read(Steps(began - 2_000, until - began + 2_000, 1))
    assert (history.source, history.remarks) == (HistorySource.PROMETHEUS, [])
    identities = [(one.gpu.host, one.gpu.gpu, one.gpu.uuid) for one in history.gpus]
    assert identities[:2] == [("cluster-1", "0", DCGM_GPUS[0]), ("cluster-1", "1", DCGM_GPUS[1])]
    assert [one[2] for one in identities[2:]] == ["GPU-of-0", "GPU-of-1"]  # trainer-2 and trainer-3 report the same GPU
    first = series_of(history, "trainer-1", "0")
    values = {measure: first.column(measure)[0] for measure in Measure}
    assert values[Measure.UTILIZATION] == pytest.approx(20)
    assert values[Measure.MEMORY_USED] == 4096
    assert values[Measure.POWER] == pytest.approx(300)
    assert first.gpu.name == "Fake GPU 0"
    ((user, share),) = first.uses.items()
    assert user.pid == 1
    assert user.owner
    assert share[0] == pytest.approx(1, abs=0.2)
    cluster = series_of(history, "cluster-1", "0")
    assert cluster.column(Measure.UTILIZATION)[0] == pytest.approx(83)
    assert cluster.column(Measure.MEMORY_USED)[0] == 41000
    assert list(cluster.uses) == [GpuUser(owner="rl-team", workload="ppo-7")]
    assert series_of(history, "cluster-1", "1").uses == {}


def past() -> Iterator[Sample]:
    """Writes four hours at a sample a minute, of three GPUs, each with a fault of its own."""
    for at in range(START + 60, END + 1, 60):
        hour = (at - START - 1) // HOUR
        if hour != 1:  # no sample in the second hour
            yield from monitored("gap-host", "GPU-gap", at, 50, 200)
        # Lost in the third one: reported, but without values.
        yield ("clew_gpu_up", labels("lost-host", "GPU-lost"), float(hour != 2), at)
        if hour != 2:
            yield ("clew_gpu_utilization_ratio", labels("lost-host", "GPU-lost"), 0.9, at)
        # A pod after another one, and a counter of energy that restarts in the third hour.
        pod = {"namespace": "rl-team", "pod": "first" if hour < 2 else "second"}
        dcgm = {
            "job": "dcgm",
            "instance": "10.0.0.7:9400",
            "gpu": "3",
            "UUID": "GPU-dcgm",
            "Hostname": "cluster-7",
            **pod,
        }
        joules = (at - START) * 100 if hour < 2 else (at - START - 2 * HOUR) * 100
        yield ("DCGM_FI_DEV_FB_USED", dcgm, 30_000, at)
        yield ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", dcgm, joules * 1000, at)
        yield ("DCGM_FI_DEV_GPU_UTIL", dcgm, 0 if hour == 3 else 60, at)
        yield ("DCGM_FI_DEV_MEMORY_TEMP", dcgm, 2.0**63, at)
        # One that is split, and its part, which was in use for a quarter of an hour.
        for label_set, is_split in ((labels("split-host", "GPU-split"), 1.0), (PART, 0.0)):
            yield ("clew_gpu_up", label_set, 1, at)
            yield ("clew_gpu_state", {**label_set, "state": "mig"}, is_split, at)
            yield ("clew_gpu_memory_used_bytes", label_set, 2**30, at)
        had = at <= START + 900
        yield ("clew_gpu_reserved", {**PART, "owner": "ada"} if had else PART, float(had), at)
        yield ("clew_gpu_up", {"job": "odd", "instance": "10.0.0.9:1"}, 1, at)  # no label of a GPU
    users = {**labels("gap-host", "GPU-gap"), "owner": "ada", "pid": "7", "start_ticks": "11", "boot_id": "b"}
    for at in range(START + 60, START + HOUR // 2 + 1, 60):
        yield ("clew_gpu_user", users, 1, at)
    for at in range(END + 15, END + HOUR // 2 + 1, 15):
        yield ("clew_gpu_up", labels("quick-host", "GPU-quick"), 1, at)


def labels(host: str, uuid: str) -> dict[str, str]:
    return {"job": "clew", "instance": f"{host}:8001", "host": host, "gpu": "0", "uuid": uuid, "name": "A100"}


PART = {**labels("split-host", "MIG-1"), "gpu": "10000", "place": "0 MIG 0"}


def monitored(host: str, uuid: str, at: float, busy: float, watts: float) -> Iterator[Sample]:
    label_set = labels(host, uuid)
    yield ("clew_gpu_up", label_set, 1, at)
    yield ("clew_gpu_utilization_ratio", label_set, busy / 100, at)
    yield ("clew_gpu_power_watts", label_set, watts, at)
    yield ("clew_gpu_memory_used_bytes", label_set, 2**30, at)


@pytest.fixture(scope="module")
def past_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusHistory]:
    prometheus = Prometheus(tmp_path_factory.mktemp("past"))
    prometheus.backfill(past())
    with prometheus:
        yield history_of(prometheus.address)


@pytest.fixture(scope="module")
def past_history(past_prometheus: PrometheusHistory) -> FleetHistory:
    return past_prometheus.read(Steps(START * 1000, 600_000, 24))


def test_gaps_stay_gaps_and_only_received_samples_count(past_history: FleetHistory) -> None:
    gap, lost = series_of(past_history, "gap-host", "0"), series_of(past_history, "lost-host", "0")
    expected = np.repeat([1.0, 0, 1, 1], 6)
    assert gap.covered == pytest.approx(expected, abs=0.11)  # a sample at the edge may count with its neighbour
    assert np.isnan(gap.column(Measure.UTILIZATION)[7:12]).all()
    assert gap.column(Measure.UTILIZATION)[:6] == pytest.approx([50] * 6)
    assert lost.covered == pytest.approx(np.repeat([1.0, 1, 0, 1], 6), abs=0.11)
    rows = {row.host: row for row in usage(past_history, Grouping.HOST, no_run)}
    assert sorted(filter(None, rows)) == ["cluster-7", "gap-host", "lost-host", "split-host"]
    assert rows["gap-host"].gpu_hours == pytest.approx(3, abs=0.05)
    assert rows["gap-host"].covered == pytest.approx(0.75, abs=0.02)
    assert rows["gap-host"].energy_kwh == pytest.approx(0.6, abs=0.02)
    assert (rows["lost-host"].energy_kwh, rows["lost-host"].energy_covered) == (None, 0)


def test_a_mig_gpu_is_its_instances_and_reservations_within_a_step_are_averaged(past_history: FleetHistory) -> None:
    (part,) = [one for one in past_history.gpus if one.gpu.host == "split-host"]
    assert part.gpu.gpu == "0 MIG 0"
    assert part.column(Measure.RESERVED)[:3] == pytest.approx([1, 0.5, 0], abs=0.11)


def test_steps_of_two_samples_and_a_half_are_received_in_full(past_prometheus: PrometheusHistory) -> None:
    quick = series_of(past_prometheus.read(Steps(END * 1000, 40_000, HOUR // 2 // 40)), "quick-host", "0")
    assert quick.covered.mean() > 0.97


def test_owners_pods_and_resets_of_counters_are_accounted_for(past_history: FleetHistory) -> None:
    rows = {(row.owner, row.run): row for row in usage(past_history, Grouping.RUN, no_run)}
    assert rows["ada", None].gpu_hours == pytest.approx(0.5, abs=0.05)
    first, second = rows["rl-team", "first"], rows["rl-team", "second"]
    assert (first.gpu_hours, second.gpu_hours) == pytest.approx((2, 2), abs=0.05)
    assert second.idle_reserved_hours == pytest.approx(1, abs=0.2)  # of the step in which it became idle not all
    assert first.idle_reserved_hours == 0
    # 100 W; in the first step the counter's former value is unknown, and so is that of the new pod.
    assert (first.energy_kwh or 0) + (second.energy_kwh or 0) == pytest.approx(0.4, abs=0.05)
    assert (
        series_of(past_history, "cluster-7", "3").column(Measure.ENERGY)[0]
        != series_of(past_history, "cluster-7", "3").column(Measure.ENERGY)[1]
    )


def test_a_span_without_data_is_empty_and_no_error(tmp_path: Path) -> None:
    with Prometheus(tmp_path) as prometheus:
        history = history_of(prometheus.address).read(Steps(START * 1000, 600_000, 24))
    assert (list(history.gpus), list(history.remarks)) == ([], [])
