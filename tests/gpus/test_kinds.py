"""GPUs of other kinds: split by MIG, with the machine's memory, AMD's, several vendors' in one host, none at all."""

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gpus import MAX_INSTANCES, Gpu, GpuReport, GpuState, GpuVendor, HostState
from tests.gpus.conftest import Ask, Read, Start
from tests.gpus.monitor import AMD, NVIDIA
from tests.gpus.test_readings import is_whole

SPLIT = ("count 2", "mig 0 1", "parts 0 7", "error 0 nvmlDeviceGetUtilizationRates 3")
U32 = 2**32 - 1


def units(gpus: list[Gpu]) -> list[Gpu]:
    return [gpu for gpu in gpus if gpu.mig is not None]


def test_each_mig_instance_is_a_unit_with_its_memory_and_processes(read: Read) -> None:
    reading = read(*SPLIT, "used 10002 512", "process 10002 4711 400", "process 0 4711 400", "process 0 4712 8")
    whole, *parts, other = reading.gpus
    assert (whole.gpu_id, whole.state, whole.error, whole.utilization) == (0, GpuState.MIG, None, None)
    assert [one.pid for one in whole.processes or []] == [4712]  # reported with its instance, and not twice
    assert [part.gpu_id for part in parts] == [10_000 + 100 * place for place in range(7)]
    assert {part.parent_id for part in parts} == {0}
    third = parts[2]
    assert (third.name, third.uuid, third.place) == ("Fake GPU 0 MIG 1g.10gb", "MIG-FAKE-10002", "0 MIG 2")
    assert third.mig is not None
    assert third.mig.profile == "1g.10gb"
    assert (third.memory_used, third.memory_total, third.utilization) == (512, 9984, None)
    assert [(one.pid, one.memory_used) for one in third.processes or []] == [(4711, 400)]
    assert {part.state for part in parts} == {GpuState.OK}
    assert [part.processes for part in parts if part is not third] == [[]] * 6
    assert is_whole(other)


def test_a_mig_gpu_without_instances_shows_a_remedy(read: Read) -> None:
    (gpu,) = read("count 1", "mig 0 1", "error 0 nvmlDeviceGetUtilizationRates 3").gpus
    assert (gpu.state, gpu.utilization, gpu.memory_total) == (GpuState.MIG, None, 81920)
    assert gpu.error
    assert "nvidia-smi mig -cgi" in (gpu.remedy or "")


def test_instances_come_and_go_while_they_are_read(read: Read) -> None:
    hole = "error 10001 nvmlDeviceGetMigDeviceHandleByIndex 6"
    gone = "error 10003 nvmlDeviceGetGpuInstanceId 6"
    first = read(*SPLIT, hole, gone)
    assert [part.gpu_id for part in units(first.gpus)] == [10000, 10200, 10400, 10500, 10600]
    assert first.gpus[0].misfits is None
    assert units(read("count 2").gpus) == []  # MIG was turned off
    assert len(units(read(*SPLIT).gpus)) == 7


def test_an_instance_keeps_its_number_when_its_place_changes(read: Read) -> None:
    assert [
        part.gpu_id for part in units(read("count 1", "mig 0 1", "parts 0 2", "gi 10000 5", "gi 10001 3").gpus)
    ] == [*(10500, 10300)]
    moved = read("count 1", "mig 0 1", "parts 0 1", "gi 10000 3", "ci 10000 1").gpus[1]
    assert (moved.gpu_id, moved.place) == (10301, "0 MIG 3/1")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (f"gi 10003 {U32}", "instances.3"),
        ("gi 10003 2", "instances.3"),  # same as the previous one
        ("error 10003 nvmlDeviceGetComputeInstanceId 4", "instances.3"),
        (f"parts 0 {U32}", "instances"),
    ],
)
def test_an_invalid_instance_is_reported_by_its_gpu_and_affects_no_other(read: Read, line: str, field: str) -> None:
    reading = read(*SPLIT, line)
    assert [one.field for one in reading.gpus[0].misfits or []][:1] == [field]
    assert all((one.error or "") for one in reading.gpus[0].misfits or [])
    assert len(units(reading.gpus)) == (6 if line.startswith(("gi", "error")) else MAX_INSTANCES)
    assert is_whole(reading.gpus[-1])


def test_an_instance_that_cannot_be_read_in_full_reports_it_itself(read: Read) -> None:
    reading = read(*SPLIT, "error 10004 nvmlDeviceGetMemoryInfo 4", "text 10005 nvmlDeviceGetName ff")
    states = {part.gpu_id: part.state for part in units(reading.gpus)}
    assert states.pop(10400) == GpuState.NO_PERMISSION
    assert set(states.values()) == {GpuState.OK}
    odd = next(part for part in reading.gpus if part.gpu_id == 10500)
    assert (odd.name, [one.field for one in odd.misfits or []]) == (None, ["name"])


values = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, 7, 64, 65, 99, 100, U32]))
places = st.integers(10_000, 10_008)
lines = st.one_of(
    st.builds("{} 0 {}".format, st.sampled_from(["mig", "parts"]), values),
    st.builds("{} {} {}".format, st.sampled_from(["gi", "ci", "used", "total"]), places, values),
    st.builds("process {} {} {}".format, places, values, values),
    st.builds(
        "error {} {} {}".format,
        places,
        st.sampled_from(["*", "nvmlDeviceGetUUID", "nvmlDeviceGetMigDeviceHandleByIndex", "nvmlDeviceGetMemoryInfo"]),
        st.sampled_from([1, 3, 4, 6, 9, 15, 18, 999]),
    ),
    st.builds("text {} nvmlDeviceGetName {}".format, places, st.binary(min_size=1, max_size=40).map(bytes.hex)),
)


@settings(max_examples=60)
@given(driver_lines=st.lists(lines, max_size=10))
def test_invalid_instances_do_not_hide_the_other_gpu(read: Read, driver_lines: list[str]) -> None:
    reading = read(*SPLIT, *driver_lines)
    assert reading.state == HostState.OK
    assert is_whole(reading.gpus[-1])
    ids = [gpu.gpu_id for gpu in reading.gpus]
    assert len(ids) == len(set(ids))
    message = GpuReport(host="h", sent_at=1, sample_seconds=1, gpus=reading.gpus)
    assert GpuReport.model_validate_json(message.model_dump_json()) == message


def test_a_gpu_without_memory_of_its_own_shows_the_machines_memory(read: Read) -> None:
    gpu, other = read("count 2", "error 0 nvmlDeviceGetMemoryInfo 3", "process 0 4711 300").gpus
    assert (gpu.unified, other.unified, gpu.state) == (True, False, GpuState.OK)
    assert gpu.memory_total == pytest.approx(psutil.virtual_memory().total / 2**20)
    assert gpu.memory_used is not None
    assert 0 < gpu.memory_used < gpu.memory_total
    assert [one.memory_used for one in gpu.processes or []] == [300]
    # An old library, which lacks this call, reports no memory.
    (old,) = read("count 1", "error 0 nvmlDeviceGetMemoryInfo 13").gpus
    assert (old.unified, old.memory_total) == (False, None)


def test_amd_gpus_are_read_through_amdsmi(ask: Ask) -> None:
    amd = ask(AMD)
    amd.fake.write_amd("count 2", "util 0 87", "temp 0 62", "used 0 40000", "fan 0 51", "process 0 4711 512", "ecc 0 3")
    reading = amd.read()
    assert (reading.state, reading.error, reading.driver_version) == (HostState.OK, None, "Fake 6.12")
    first, second = reading.gpus
    assert (first.gpu_id, first.vendor, first.name, first.uuid) == (0, GpuVendor.AMD, "Fake Instinct 0", "fake-amd-0")
    assert (first.utilization, first.temperature, first.temperature_limit) == (87, 62, 100)
    assert (first.memory_used, first.memory_total, first.unified) == (40000, 196288, False)
    assert (first.power, first.power_limit, first.sm_clock, first.fan) == (135, 750, 2100, 20)
    assert [(one.pid, one.memory_used) for one in first.processes or []] == [(4711, 512)]
    assert (first.ecc_errors, first.is_reserved) == (3, True)
    assert (second.fan, second.state, second.processes, second.is_reserved) == (None, GpuState.OK, [], False)


ODD = [
    ("util 1 101", "utilization"),
    (f"temp 1 {2**31}", "temperature"),
    (f"power 1 {U32}", "power"),
    (f"used 1 {U32}", "memory_used"),
    ("text 1 amdsmi_get_gpu_asic_info ff", "name"),
    ("text 1 amdsmi_get_gpu_device_uuid c328", "uuid"),
]


def test_an_invalid_amd_gpu_affects_no_other(ask: Ask) -> None:
    amd = ask(AMD)
    for line, field in ODD:
        amd.fake.write_amd("count 3", line)
        reading = amd.read()
        odd = reading.gpus[1]
        assert (getattr(odd, field), odd.state) == (None, GpuState.OK), line
        assert field in [one.field for one in odd.misfits or []], line
        assert [gpu.misfits for gpu in (reading.gpus[0], reading.gpus[2])] == [None, None]
    for code, state in [(2, GpuState.OK), (40, GpuState.OK), (10, GpuState.NO_PERMISSION), (30, GpuState.FAILED)]:
        amd.fake.write_amd("count 2", f"error 1 amdsmi_get_gpu_activity {code}")
        (whole, odd) = amd.read().gpus
        assert (odd.utilization, odd.state, whole.state) == (None, state, GpuState.OK), code
    assert "code 30" in (odd.error or "")


def test_failures_of_the_amd_driver_are_reported_and_recovered_from(ask: Ask) -> None:
    amd = ask(AMD)
    for driver_lines, state in [
        (("count 0",), HostState.NO_GPU),
        (("count 2", "error -1 amdsmi_init 34"), HostState.NO_DRIVER),
        (("count 2", "error -1 amdsmi_init 10"), HostState.NO_PERMISSION),
        (("count 2", "error -1 amdsmi_get_socket_handles 18"), HostState.FAILED),
        (("count 5000",), HostState.FAILED),
    ]:
        amd.fake.write_amd("count 0")
        amd.read()  # closes, so that the next reading opens it again
        amd.fake.write_amd(*driver_lines)
        reading = amd.read()
        assert (reading.state, reading.gpus) == (state, []), driver_lines
        assert reading.error
        assert "NVIDIA" not in f"{reading.error}{reading.remedy}"
        amd.fake.write_amd("count 2")
        assert len(amd.read().gpus) == 2


def test_gpus_of_two_vendors_are_listed_together_even_if_one_vendor_fails(ask: Ask) -> None:
    both = ask(NVIDIA, AMD)
    both.fake.write_amd("count 1")
    both.fake.write("count 2")
    reading = both.read()
    assert [(gpu.gpu_id, gpu.vendor) for gpu in reading.gpus] == [
        *((0, GpuVendor.NVIDIA), (1, GpuVendor.NVIDIA), (1000, GpuVendor.AMD))
    ]
    assert (reading.state, reading.troubles) == (HostState.OK, None)
    both.fake.write("count 2", "error -1 nvmlDeviceGetCount 9")
    reading = both.read()
    assert (reading.state, [gpu.gpu_id for gpu in reading.gpus]) == (HostState.OK, [1000])
    (trouble,) = reading.troubles or []
    assert (trouble.vendor, trouble.state) == (GpuVendor.NVIDIA, HostState.NO_DRIVER)
    assert trouble.error
    both.fake.write("count 2")
    both.fake.write_amd("count 1", "error -1 amdsmi_init 34", "error 0 amdsmi_get_gpu_activity 34")
    reading = both.read()
    assert (reading.state, len(reading.gpus)) == (HostState.OK, 2)
    assert [one.vendor for one in reading.troubles or []] == [GpuVendor.AMD]


def test_a_host_without_gpus_reports_its_machine(start: Start) -> None:
    monitor = start(has_library=False, plugged=(), GPU_DISK_FOLDER="/")
    monitor.wait_for(lambda health: health["state"] == "no_gpu")
    with monitor.view() as viewer:
        report = viewer.until(lambda report: report.machine is not None and report.machine.disk is not None)
    assert (report.state, report.error, report.remedy, report.gpus) == (HostState.NO_GPU, None, None, [])
    machine = report.machine
    assert machine is not None
    assert machine.disk is not None
    assert machine.cpus == psutil.cpu_count()
    assert machine.cpu is not None
    assert 0 <= machine.cpu <= 100
    assert machine.memory_total == pytest.approx(psutil.virtual_memory().total / 2**20)
    assert machine.disk.path == "/"
    assert machine.disk.total == pytest.approx(psutil.disk_usage("/").total / 2**20)
    lines = dict(line.rsplit(" ", 1) for line in monitor.get("/metrics").splitlines() if not line.startswith("#"))
    assert {'clew_host_disk_free_bytes{folder="/"}', "clew_host_cpu_ratio", "clew_host_memory_used_bytes"} <= set(lines)
    assert float(lines["clew_host_cpus"]) == psutil.cpu_count()
    assert {line["level"] for line in monitor.log_lines() if line.get("state") == "no_gpu"} == {"INFO"}


def test_an_amd_gpu_whose_library_is_missing_is_reported(start: Start) -> None:
    monitor = start(has_library=False, plugged=(AMD,))
    monitor.wait_for(lambda health: health["state"] == "no_library")
    with monitor.view() as viewer:
        report = viewer.next()
    assert "amdsmi" in (report.error or "")
    assert "amd-smi-lib" in (report.remedy or "")


def test_64_instances_and_both_vendors_go_through_stream_and_metrics(start: Start) -> None:
    monitor = start(plugged=(NVIDIA, AMD))
    monitor.fake.write_amd("count 1")
    monitor.fake.write("count 2", "mig 1 1", "parts 1 64", "process 20005 4711 4000")
    with monitor.view() as viewer:
        report = viewer.until(lambda report: len(report.gpus) == 67)
        assert sum(gpu.parent_id == 1 for gpu in report.gpus) == 64
        text = monitor.get("/metrics")
        assert 'clew_gpu_memory_used_bytes{gpu="20500",uuid="MIG-FAKE-20005"' in text
        kind = 'vendor="nvidia",place="1 MIG 5",parent="1",mig_profile="1g.10gb",unified="false"} 1'
        assert f'clew_gpu_info{{gpu="20500",uuid="MIG-FAKE-20005",name="Fake GPU 1 MIG 1g.10gb",{kind}' in text
        assert 'vendor="amd"' in text
        lines = [line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")]
        assert len(lines) == len(set(lines))  # Prometheus refuses a page with duplicate lines
        monitor.fake.write("count 2", "mig 1 1", "parts 1 64", "hang 1")
        viewer.until(lambda report: report.state == HostState.STALE)
        monitor.fake.write("count 2", "mig 1 1", "parts 1 2")
        viewer.until(lambda report: report.state == HostState.OK and len(report.gpus) == 5)
