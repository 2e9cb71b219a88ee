"""One odd GPU affects no other, nor its own valid values: its invalid values are null, and it reports them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.gpus import gpus as gpu_page
from domain.gpus import MAX_PROCESSES, Gpu, GpuReport, GpuState, HostState
from tests.gpus.conftest import Read
from tests.gpus.monitor import Monitor
from tests.gpus.test_readings import is_whole
from tests.misbehaving import eventually

U32 = 2**32 - 1
ODD = [
    ("util 1 101", "utilization", "101 is more than 100"),
    (f"util 1 {U32}", "utilization", f"{U32} is more than 100"),
    ("temp 1 -200", "temperature", "-200 is less than -50"),
    ("temp 1 2147483647", "temperature", "is more than 250"),
    ("limit 1 5000", "temperature_limit", "5000 is more than 250"),
    (f"power 1 {U32}", "power", "is more than 20000"),
    (f"powerlimit 1 {U32}", "power_limit", "is more than 20000"),
    (f"clock 1 {U32}", "sm_clock", "is more than 20000"),
    (f"fan 1 {U32}", "fan", "is more than 1000"),
    ("used 1 90000", "memory_used", "90000 is more than 81920"),
    ("total 1 0", "memory_used", "1024 is more than 0"),
    (f"pcie 1 {U32}", "pcie_tx", "is more than"),
    ("ecc 1 9223372036854775807", "ecc_errors", "is more than"),
    ("text 1 nvmlDeviceGetName 47505520ff", "name", "is not UTF-8"),
    ("text 1 nvmlDeviceGetUUID c328", "uuid", "is not UTF-8"),
]


@pytest.mark.parametrize(("line", "field", "why"), ODD, ids=[line for line, *_ in ODD])
def test_an_invalid_value_is_null_and_reported_and_all_others_are_read(
    read: Read, line: str, field: str, why: str
) -> None:
    reading = read("count 8", line)
    assert reading.state == HostState.OK
    odd = reading.gpus[1]
    assert getattr(odd, field) is None
    assert odd.state == GpuState.OK
    assert next(one.field for one in odd.misfits or []) == field
    assert why in ((odd.misfits or [])[0].error or "")
    assert odd.memory_total is not None
    assert odd.processes == []
    assert all(is_whole(gpu) for gpu in reading.gpus if gpu.gpu_id != 1)
    assert all(is_whole(gpu) for gpu in read("count 8").gpus)  # the fault passes


values = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 100, 101, U32, 2**31 - 1, 2**63 - 1]))
keys = ("util", "burst", "temp", "limit", "used", "total", "fan", "power", "powerlimit", "clock", "reasons", "mig")
lines = st.one_of(
    st.builds("{} 1 {}".format, st.sampled_from((*keys, "ecc", "pcie", "nvlink")), values),
    st.builds("{} 1 {} {}".format, st.sampled_from(["process", "graphics", "mps"]), values, values),
    st.builds(
        "text 1 {} {}".format,
        st.sampled_from(["nvmlDeviceGetName", "nvmlDeviceGetUUID"]),
        st.binary(min_size=1, max_size=40).map(bytes.hex),
    ),
)


@settings(max_examples=100)
@given(driver_lines=st.lists(lines, max_size=12))
def test_invalid_values_of_one_gpu_leave_the_others_readable_for_the_browser(
    read: Read, driver_lines: list[str]
) -> None:
    reading = read("count 3", *driver_lines)
    assert (reading.state, len(reading.gpus)) == (HostState.OK, 3)
    assert all(is_whole(reading.gpus[gpu]) for gpu in (0, 2))
    odd = reading.gpus[1]
    for one in odd.misfits or []:
        assert one.error
        assert one.field.startswith("processes.") or getattr(odd, one.field, None) is None
    message = GpuReport(host="h", sent_at=1, sample_seconds=1, gpus=reading.gpus)
    assert GpuReport.model_validate_json(message.model_dump_json()) == message


@pytest.mark.parametrize(
    ("driver_lines", "expected"),
    [
        (("graphics 0 4711 64",), [(4711, 64)]),
        (("mps 0 4711 64",), [(4711, 64)]),
        (("process 0 4711 512", "graphics 0 4711 64"), [(4711, 512)]),
        (("process 0 4711 64", "graphics 0 4711 512", "mps 0 4712 8"), [(4711, 512), (4712, 8)]),
        (("process 0 4711 -1", "graphics 0 4711 64"), [(4711, 64)]),
        (("process 0 4711 -1",), [(4711, None)]),
        (("process 0 0 64", "process 0 0 32", "graphics 0 0 16"), [(None, 64), (None, 32), (None, 16)]),
        ((f"process 0 {U32} 64",), [(None, 64)]),
    ],
)
def test_graphics_processes_are_listed_and_each_process_only_once(
    read: Read, driver_lines: tuple[str, ...], expected: list[tuple[int | None, int | None]]
) -> None:
    (gpu,) = read("count 1", *driver_lines).gpus
    assert [(one.pid, one.memory_used) for one in gpu.processes or []] == expected
    assert gpu.state == GpuState.OK


def test_graphics_processes_are_listed_although_compute_processes_are_unknown(read: Read) -> None:
    unknown = "error 0 nvmlDeviceGetComputeRunningProcesses 3"
    assert read("count 1", unknown).gpus[0].processes is None
    (gpu,) = read("count 1", unknown, "graphics 0 4711 64").gpus
    assert [one.pid for one in gpu.processes or []] == [4711]


def test_of_many_processes_those_with_the_most_memory_are_listed_and_the_others_counted(read: Read) -> None:
    (gpu,) = read("count 1", "crowd 0 10000", "total 0 1000000").gpus
    assert len(gpu.processes or []) == MAX_PROCESSES
    assert gpu.processes_left_out == 10_000 - MAX_PROCESSES
    assert [one.memory_used for one in gpu.processes or []] == [10_000 - place for place in range(MAX_PROCESSES)]
    assert len(gpu.model_dump_json()) < 30_000


def test_a_process_with_a_megabyte_long_invalid_name_gets_a_short_name(read: Read) -> None:
    name = b"\xff\xfe" + b"n" * 100_000
    with subprocess.Popen([name, b"60"], executable=shutil.which("sleep")) as process:
        try:
            # Popen returns before the kernel has placed the arguments.
            eventually(lambda: Path(f"/proc/{process.pid}/cmdline").read_bytes())
            (gpu,) = read("count 1", f"process 0 {process.pid} 512").gpus
        finally:
            process.kill()
    (listed,) = gpu.processes or []
    assert listed.pid == process.pid
    assert listed.command is not None
    assert "�" in listed.command
    assert len(listed.command) <= 200
    assert gpu.misfits is None


@pytest.mark.parametrize("count", [U32 // 2, 5000])
def test_an_impossible_count_of_gpus_is_a_failure_of_the_host(read: Read, count: int) -> None:
    reading = read(f"count {count}")
    assert (reading.state, reading.gpus) == (HostState.FAILED, [])
    assert f"counts {count} GPUs" in (reading.error or "")
    assert len(read("count 500").gpus) == 500


def test_a_driver_with_an_unreadable_version_is_still_read(read: Read) -> None:
    read("count 0")  # closes, so that the next reading opens it again
    for line in ("text -1 nvmlSystemGetDriverVersion ff00", "error -1 nvmlSystemGetDriverVersion 999"):
        reading = read("count 2", line)
        assert (reading.state, reading.driver_version) == (HostState.OK, None)
        assert all(is_whole(gpu) for gpu in reading.gpus)
        read("count 0")


def test_invalid_values_of_two_of_eight_gpus_affect_no_other_in_stream_and_metrics(monitor: Monitor) -> None:
    monitor.fake.write("count 8", *(f"util {gpu} 40" for gpu in range(8)), "util 3 101", "text 5 nvmlDeviceGetName ff")
    with monitor.view() as viewer:
        report = viewer.until(
            lambda report: len(report.gpus) == 8 and bool(report.gpus[5].misfits) and report.gpus[0].utilization == 40
        )
    assert [gpu.utilization for gpu in report.gpus] == [40, 40, 40, None, 40, 40, 40, 40]
    assert [bool(gpu.misfits) for gpu in report.gpus] == [gpu in (3, 5) for gpu in range(8)]
    lines = monitor.get("/metrics").splitlines()
    listed = [line for line in lines if line.startswith("clew_gpu_utilization_ratio{")]
    assert len(listed) == 7
    assert not any('gpu="3"' in line for line in listed)
    assert [float(line.split()[-1]) for line in lines if line.startswith("clew_gpu_up{")] == [1] * 8
    monitor.fake.write("count 2")


def test_the_browser_has_the_limits_of_each_number_of_a_gpu() -> None:
    """The browser checks messages of other monitors by these limits; see tests/browser/test_odd_gpus.py."""
    limits = gpu_page.schema()["$defs"]["Gpu"]["properties"]
    numbers = [name for name, one in Gpu.model_fields.items() if "float" in str(one.annotation)]
    assert numbers
    for name in numbers:
        assert {"minimum", "maximum"} <= set(limits[name]["anyOf"][0]), name
