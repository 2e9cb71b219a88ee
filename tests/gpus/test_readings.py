"""NVML's answers, and how they are read: every call, every error code, on the real pynvml."""

import os
import subprocess
import sys
import time

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gpus import Gpu, GpuState, HostState, Troubled
from tests.gpus.conftest import Read
from tests.gpus.monitor import Fake

FIELDS = {
    "nvmlDeviceGetName": "name",
    "nvmlDeviceGetUUID": "uuid",
    "nvmlDeviceGetUtilizationRates": "utilization",
    "nvmlDeviceGetMemoryInfo": "memory_total",
    "nvmlDeviceGetTemperatureThreshold": "temperature_limit",
    "nvmlDeviceGetPowerUsage": "power",
    "nvmlDeviceGetEnforcedPowerLimit": "power_limit",
    "nvmlDeviceGetClockInfo": "sm_clock",
    "nvmlDeviceGetFanSpeed": "fan",
    "nvmlDeviceGetComputeRunningProcesses": "processes",
}
# Both calls that return it fail, since each replaces the other.
CALLS = [*FIELDS, "nvmlDeviceGetHandleByIndex", "nvmlDeviceGetTemperatureV", "nvmlDeviceGetSamples"]
EXTENDED = ("ecc_errors", "pcie_rx", "pcie_tx", "nvlink_rx", "nvlink_tx")
# Values of a part of a GPU, of one in use, and of one with very many processes.
SOMETIMES = ("misfits", "processes_left_out", "parent_id", "mig", "owner", "run_id")
ABSENT = [2, 3, 6, 13, 21, 22, 25, 26]
FAILED = [4, 5, 7, 8, 10, 11, 14, 15, 16, 17, 19, 20, 23, 24, 27, 28, 29, 30, 999]
# A GPU that does not support its memory has the machine's: see test_kinds.py.
UNSUPPORTED = [(call, code) for call in FIELDS for code in (3, 13) if (call, code) != ("nvmlDeviceGetMemoryInfo", 3)]
BUFFER_TROUBLES = [("nvmlDeviceGetSamples", 4), ("nvmlDeviceGetSamples", 7)]
GPU_STATES = {4: GpuState.NO_PERMISSION, 15: GpuState.LOST, 28: GpuState.LOST}
HOST_STATES = {1: HostState.NO_DRIVER, 9: HostState.NO_DRIVER, 12: HostState.NO_LIBRARY, 18: HostState.DRIVER_CHANGED}


def is_whole(gpu: Gpu) -> bool:
    values = gpu.model_dump(exclude={*Troubled.model_fields, *EXTENDED, *SOMETIMES})
    return gpu.state == GpuState.OK and gpu.misfits is None and None not in values.values()


@pytest.mark.parametrize("count", [1, 2, 8])
def test_all_gpus_are_read_in_full(read: Read, count: int) -> None:
    reading = read(f"count {count}", "util 0 37", "temp 0 66", "used 0 2048")
    assert (reading.state, reading.error, reading.driver_version) == (HostState.OK, None, "Fake 1.0")
    assert [gpu.gpu_id for gpu in reading.gpus] == list(range(count))
    assert all(is_whole(gpu) for gpu in reading.gpus)
    first = reading.gpus[0]
    assert (first.utilization, first.temperature, first.memory_used, first.memory_total) == (37, 66, 2048, 81920)
    assert (first.power, first.power_limit, first.sm_clock, first.fan) == (123.456, 700, 1980, 30)


def test_extended_values_are_read_where_the_gpu_has_them(read: Read) -> None:
    began = time.monotonic()
    read("count 2", "nvlink 0 1000")
    time.sleep(0.1)
    lines = ("ecc 0 3", "pcie 0 500", "nvlink 0 2000")
    first, second = read("count 2", *lines).gpus
    assert [getattr(second, name) for name in EXTENDED] == [None] * 5
    assert second.state == GpuState.OK
    assert first.ecc_errors == 3
    assert {first.pcie_rx, first.pcie_tx} == {500, 501}
    assert first.nvlink_rx is not None
    assert 1000 / (time.monotonic() - began + 0.5) < first.nvlink_rx <= 1000 / 0.1
    assert first.nvlink_tx == pytest.approx(2 * first.nvlink_rx)
    assert read("count 2", "nvlink 0 10").gpus[0].nvlink_rx is None  # the driver restarted its counter


def test_a_host_without_gpu_has_a_state_with_a_remedy(read: Read) -> None:
    reading = read("count 0")
    assert (reading.state, reading.gpus) == (HostState.NO_GPU, [])
    assert reading.error
    assert reading.remedy


@pytest.mark.parametrize(("call", "code"), UNSUPPORTED)
def test_only_values_that_a_gpu_does_not_support_are_missing(read: Read, call: str, code: int) -> None:
    gpus = read("count 2", f"error 1 {call} {code}").gpus
    assert getattr(gpus[1], FIELDS[call]) is None
    assert gpus[1].state == GpuState.OK
    missing = {name for name, value in gpus[1] if value is None} - {name for name, value in gpus[0] if value is None}
    assert missing <= {FIELDS[call], "memory_used", "is_reserved"}
    assert is_whole(gpus[0])


def test_an_older_driver_is_queried_by_the_older_call(read: Read) -> None:
    assert read("count 1", "temp 0 71", "error 0 nvmlDeviceGetTemperatureV 13").gpus[0].temperature == 71


def test_bursts_between_two_readings_are_counted(read: Read) -> None:
    read("count 1", "burst 0 80", "util 0 0")
    utilization = read("count 1", "burst 0 80", "util 0 0").gpus[0].utilization
    assert utilization is not None
    # The second reading finds nothing new in the buffer, or a sample or two: never more than the burst.
    assert 0 <= utilization <= 80


def test_utilization_is_the_mean_over_the_drivers_buffer(fake: Fake, read: Read) -> None:
    other = read("count 4", "burst 3 80", "util 3 0").gpus[3].utilization  # its buffer was never read before
    assert other == pytest.approx(40, abs=6)


@pytest.mark.parametrize("code", [*ABSENT, *(code for _call, code in BUFFER_TROUBLES)])
def test_without_a_buffer_the_current_utilization_is_read(read: Read, code: int) -> None:
    (gpu,) = read("count 1", "util 0 50", f"error 0 nvmlDeviceGetSamples {code}").gpus
    assert (gpu.state, gpu.utilization) == (GpuState.OK, 50)


def test_throttle_reasons_are_words_and_idling_is_no_reason(read: Read) -> None:
    gpus = read("count 2", f"reasons 0 {0x1 | 0x4 | 0x40}", "reasons 1 1").gpus
    assert gpus[0].throttle_reasons == ["power limit", "temperature (hardware)"]
    assert gpus[1].throttle_reasons == []


def test_a_mig_gpu_is_marked_as_one(read: Read) -> None:
    gpu = read("count 1", "mig 0 1", "error 0 nvmlDeviceGetUtilizationRates 3").gpus[0]
    assert (gpu.state, gpu.utilization, gpu.memory_total) == (GpuState.MIG, None, 81920)
    assert gpu.error
    assert gpu.remedy


def test_processes_are_named_without_their_arguments(read: Read) -> None:
    secret = "--token=very-secret"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", secret]) as process:
        try:
            reading = read("count 1", f"process 0 {process.pid} 512", "process 0 4194999 64")
            started = psutil.Process(process.pid).create_time()
        finally:
            process.kill()
    own_process, gone = reading.gpus[0].processes or []
    assert (own_process.pid, own_process.memory_used, own_process.ns_pid) == (process.pid, 512, process.pid)
    assert own_process.user
    assert own_process.command
    assert own_process.command.startswith("python")
    assert own_process.start_ticks is not None
    assert own_process.start_ticks / os.sysconf("SC_CLK_TCK") == pytest.approx(started - psutil.boot_time(), abs=2)
    assert (gone.pid, gone.user, gone.command, gone.start_ticks) == (4194999, None, None, None)
    assert "secret" not in reading.model_dump_json()


def test_a_lost_gpu_keeps_its_name_and_comes_back(read: Read) -> None:
    read("count 2")
    lost = read("count 2", "error 1 * 15").gpus
    assert (lost[1].state, lost[1].name, lost[1].uuid, lost[1].utilization) == (
        GpuState.LOST,
        "Fake GPU 1",
        "FAKE-1",
        None,
    )
    assert is_whole(lost[0])
    assert all(is_whole(gpu) for gpu in read("count 2").gpus)


@pytest.mark.parametrize(
    ("code", "state"), [*HOST_STATES.items(), (4, HostState.NO_PERMISSION), (999, HostState.FAILED)]
)
@pytest.mark.parametrize("call", ["nvmlInit", "nvmlDeviceGetCount"])
def test_host_failures_have_a_state_and_are_recovered_from(read: Read, call: str, code: int, state: HostState) -> None:
    read("count 0")  # closes, so that the next reading opens it again
    reading = read("count 2", f"error -1 {call} {code}")
    assert (reading.state, reading.gpus) == (state, [])
    assert reading.error
    assert reading.remedy
    if state == HostState.FAILED:
        assert f"{call}: Unknown Error, code 999" in reading.error.replace("nvmlDeviceGetCount_v2", call)
    assert all(is_whole(gpu) for gpu in read("count 2").gpus)


@pytest.mark.parametrize(("code", "state"), HOST_STATES.items())
@pytest.mark.parametrize("count", [1, 3])
def test_a_failure_that_every_gpu_reports_is_one_of_the_host(
    read: Read, count: int, code: int, state: HostState
) -> None:
    reading = read(f"count {count}", *(f"error {gpu} nvmlDeviceGetPowerUsage {code}" for gpu in range(count)))
    assert (reading.state, reading.gpus) == (state, [])


@pytest.mark.parametrize("code", HOST_STATES)
@pytest.mark.parametrize("call", ["nvmlDeviceGetPowerUsage", "nvmlDeviceGetHandleByIndex", "*"])
def test_a_failure_that_one_of_several_gpus_reports_is_only_its_own(read: Read, call: str, code: int) -> None:
    reading = read("count 3", f"error 1 {call} {code}")
    assert (reading.state, reading.gpus[1].state) == (HostState.OK, GpuState.FAILED)
    assert f"code {code}" in (reading.gpus[1].error or "")
    assert all(is_whole(reading.gpus[gpu]) for gpu in (0, 2))


errors = st.dictionaries(
    st.tuples(st.integers(0, 7), st.sampled_from(CALLS)), st.sampled_from(ABSENT + FAILED), max_size=12
)


@settings(max_examples=150)
@given(count=st.integers(1, 8), errors=errors)
def test_whatever_one_gpu_answers_the_others_are_read(
    read: Read, count: int, errors: dict[tuple[int, str], int]
) -> None:
    reading = read(f"count {count}", *(f"error {gpu} {call} {code}" for (gpu, call), code in errors.items()))
    assert reading.state == HostState.OK
    assert len(reading.gpus) == count
    for gpu in reading.gpus:
        codes = {call: code for (index, call), code in errors.items() if index == gpu.gpu_id}
        assert gpu.state in _expected(codes)
        assert (gpu.error is None) == (gpu.remedy is None) == (gpu.state == GpuState.OK)
        if not codes:
            assert is_whole(gpu)


def _expected(codes: dict[str, int]) -> set[GpuState]:
    """Returns the expected state: any fault may be the one that names it, but a lost GPU is lost."""
    handle = codes.get("nvmlDeviceGetHandleByIndex")
    if handle is not None:
        return {GPU_STATES.get(handle, GpuState.FAILED)}
    if (
        codes.get("nvmlDeviceGetSamples") in FAILED
        and ("nvmlDeviceGetSamples", codes["nvmlDeviceGetSamples"]) not in BUFFER_TROUBLES
    ):
        codes = {
            call: code for call, code in codes.items() if call != "nvmlDeviceGetUtilizationRates"
        }  # these calls are not made any more
    # If the buffer of samples may not be read, or has grown meanwhile, the rate is read instead.
    troubles = [code for call, code in codes.items() if code in FAILED and (call, code) not in BUFFER_TROUBLES]
    # A first process list may be too short: pynvml then calls again with the reported size, here none.
    states = {GPU_STATES.get(code, GpuState.FAILED) for code in troubles}
    if GpuState.LOST in states:
        return {GpuState.LOST}
    return states or {GpuState.OK}
