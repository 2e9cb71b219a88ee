"""The GPUs that a training may use: by the monitor's report, and by a real monitor on a fake driver."""

import os
from pathlib import Path

import pytest

from domain.gpus import Gpu, GpuProcess, GpuReport, GpuState, GpuVendor, HostState, MigInstance
from scheduler.local.gpus import Gpus, gpu_capacity_in
from settings.gpu_addresses import GpuMonitorAddress
from tests.gpus.conftest import library as library
from tests.gpus.monitor import Fake, Monitor
from tests.scheduler.conftest import Start, bare_environment


def gpu(number: int, *processes: str, state: GpuState = GpuState.OK) -> Gpu:
    running = [GpuProcess(pid=100 + place, command=name) for place, name in enumerate(processes)]
    return Gpu(gpu_id=number, timestamp=0, state=state, processes=running)


def part() -> Gpu:
    """Returns an instance of a split GPU: CUDA shows a program only one of several, so that none is given."""
    return Gpu(
        gpu_id=10100, timestamp=0, parent_id=0, mig=MigInstance(gpu_instance=1, compute_instance=0), processes=[]
    )


def report(*gpus: Gpu, state: HostState = HostState.OK) -> GpuReport:
    return GpuReport(host="here", sent_at=0, sample_seconds=2, state=state, gpus=list(gpus))


@pytest.mark.parametrize(
    ("known", "held", "free", "reason"),
    [
        (report(gpu(0), gpu(1)), [], (0, 1), None),
        (report(gpu(0), gpu(1)), [0], (1,), None),
        (report(gpu(0, "blender"), gpu(1)), [], (1,), "gpu-taken-by"),
        (report(gpu(0, "python"), gpu(1)), [0], (1,), None),
        (report(gpu(0, state=GpuState.LOST)), [], (), "gpu-taken-by"),
        (report(gpu(0, state=GpuState.MIG), part(), gpu(1)), [], (1,), "gpu-taken-by"),
        (report(gpu(0), gpu(1000).model_copy(update={"vendor": GpuVendor.AMD})), [], (0,), None),
        (report(state=HostState.NO_DRIVER), [], (), None),
        (report(gpu(0), state=HostState.STALE), [], (), "gpus-unknown"),
    ],
)
def test_a_gpu_without_processes_is_free(
    known: GpuReport, held: list[int], free: tuple[int, ...], reason: str | None
) -> None:
    room = gpu_capacity_in(known, held)
    assert room.free == free
    assert (room.shortage and room.shortage.code) == reason


def test_an_unreachable_gpu_monitor_is_named_as_the_reason() -> None:
    room = Gpus([GpuMonitorAddress("local", "http://127.0.0.1:1")]).room([])
    assert room.shortage is not None
    assert room.shortage.code == "gpus-unknown"
    assert "refused the connection" in str(room.shortage)


def test_a_training_waits_for_gpus_that_other_processes_use(
    start: Start,
    library: Path,
    tmp_path: Path,
) -> None:
    fake = Fake(library, tmp_path)
    fake.write("count 2", f"process 1 {os.getpid()} 1000")
    monitor = Monitor(fake, bare_environment(), {})
    try:
        monitor.wait_for(lambda health: health["state"] == "ok")
        service = start(GPU_MONITOR_PORT=str(monitor.port))
        run_id = service.start(trainer="two-gpus")
        service.wait_for(lambda _health: service.training(run_id)["reason"]["code"] == "gpu-taken-by")
        assert service.training(run_id)["reason"]["params"]["gpu"] == 1
        fake.write("count 2")
        known = service.until(run_id, "training")
        assert known["gpus"] == [0, 1]
        service.until(run_id, "done")
        names = service.training_log(run_id).strip().split(",")
        assert len(names) == 2
        assert all(name.startswith("FAKE-") for name in names)
    finally:
        monitor.end()
