"""The owner of a GPU: by the GPUs that running programs were given, and by what processes keep of it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.gpus import Gpu, GpuProcess, MigInstance
from gpu_monitor.driver.proc_files import PROC, read_environment
from gpu_monitor.driver.reservations import Reservation, with_holder
from tests.gpus.conftest import Read, Start
from tests.misbehaving import eventually

RUN = "0123456789abcdef0123456789abcdef"


@contextmanager
def program(**environment: str) -> Iterator[int]:
    """Runs a program that was given GPUs, and uses none yet."""
    with subprocess.Popen(["sleep", "600"], env={"PATH": os.environ["PATH"], **environment}) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def holders_of(gpus: list[Gpu]) -> list[tuple[str | None, str | None, bool | None]]:
    return [(gpu.owner, gpu.run_id, gpu.is_reserved) for gpu in gpus]


def test_a_training_holds_its_gpu_from_its_start_until_its_end(read: Read) -> None:
    free = (None, None, False)
    secret = {"MLFLOW_TRACKING_TOKEN": "very-secret"}
    with program(MLFLOW_RUN_ID=RUN, CLEW_TRAINING_OWNER="mika", CUDA_VISIBLE_DEVICES="FAKE-1", **secret):
        eventually(lambda: holders_of(read("count 2").gpus) == [free, ("mika", RUN, True)])
        assert "secret" not in read("count 2").model_dump_json()
    eventually(lambda: holders_of(read("count 2").gpus) == [free, free])
    with program(SLURM_JOB_ID="7", CUDA_VISIBLE_DEVICES="0", CUDA_DEVICE_ORDER="PCI_BUS_ID"):  # a job without a run
        eventually(lambda: read("count 2").gpus[0].is_reserved)
        gpu = read("count 2").gpus[0]
        assert gpu.owner
        assert gpu.run_id is None
    eventually(lambda: holders_of(read("count 2").gpus) == [free, free])
    with program(CUDA_VISIBLE_DEVICES="1") as pid:  # a person's shell: a choice, and no claim
        assert not read_environment(PROC / str(pid)).is_job


def test_a_process_on_a_gpu_determines_its_run_and_reservation(read: Read) -> None:
    with program(MLFLOW_RUN_ID=RUN) as pid:
        little, much, unknown = read(
            "count 3", f"process 0 {pid} 100", f"process 1 {pid} 4000", f"process 2 {pid} -1"
        ).gpus
    assert [gpu.run_id for gpu in (little, much, unknown)] == [RUN] * 3
    assert [gpu.is_reserved for gpu in (little, much, unknown)] == [False, True, None]
    assert much.owner == (much.processes or [])[0].user
    (blind,) = read("count 1", "error 0 nvmlDeviceGetComputeRunningProcesses 3").gpus
    assert blind.is_reserved is None


def test_the_metrics_name_the_owner_of_a_gpu(start: Start) -> None:
    with program(MLFLOW_RUN_ID=RUN, CLEW_TRAINING_OWNER='mi"ka', CUDA_VISIBLE_DEVICES="FAKE-0"):
        monitor = start()
        named = f'clew_gpu_reserved{{gpu="0",uuid="FAKE-0",name="Fake GPU 0",owner="mi\\"ka",run_id="{RUN}"}} 1'
        eventually(lambda: named in monitor.get("/metrics"))


GPU = Gpu(gpu_id=1, uuid="GPU-4f2b1c9e-0000", timestamp=0, processes=[])
PART = Gpu(
    gpu_id=10100,
    uuid="MIG-9a",
    timestamp=0,
    processes=[],
    parent_id=0,
    mig=MigInstance(gpu_instance=1, compute_instance=0),
)


@pytest.mark.parametrize(
    ("gpu", "devices", "in_bus_order", "alike", "has"),
    [
        (GPU, ("GPU-4f2b1c9e-0000",), False, False, True),
        (GPU, ("GPU-4f2b",), False, False, True),  # as CUDA takes it
        (GPU, ("GPU-",), False, False, False),
        (GPU, ("0", "1"), True, False, True),
        (GPU, ("1",), False, True, True),
        (GPU, ("1",), False, False, False),  # CUDA's own order, the fastest first: which GPU that is, is unknown
        (GPU, ("0",), True, True, False),
        (PART, ("MIG-9a",), False, False, True),
        (PART, ("10100",), True, True, False),
    ],
)
def test_which_gpus_a_program_was_given(
    gpu: Gpu, devices: tuple[str, ...], in_bus_order: bool, alike: bool, has: bool
) -> None:
    given = Reservation("mika", "run", devices, in_bus_order)
    assert with_holder(gpu, [given], alike=alike).is_reserved is has


def test_a_gpu_given_to_two_runs_belongs_to_the_one_with_a_process_on_it() -> None:
    given = [Reservation(name, f"run-{name}", ("1",), True) for name in ("ann", "ben")]
    busy = GPU.model_copy(update={"processes": [GpuProcess(pid=1, memory_used=900, user="clew", run_id="run-ben")]})
    assert holders_of([with_holder(busy, given, alike=True)]) == [("ben", "run-ben", True)]
    assert holders_of([with_holder(GPU, given, alike=True)]) == [("ann", "run-ann", True)]
