"""Which GPUs of this machine are free, according to its GPU monitor."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from pydantic import ValidationError

from domain.errors import BadResponse, ClewError, Name
from domain.errors.misfits import misfit_of
from domain.errors.names import GpuMonitor
from domain.errors.trainings.reasons import GpusUnknown, GpuTakenBy, MonitorOfAnotherMachine
from domain.gpus import IDLE_BELOW_PERCENT, Gpu, GpuReport, GpuState, GpuVendor, HostState
from domain.message_data import MessageData
from domain.messages import Message, Reason
from scheduler.backends.backend import GpuCapacity
from scheduler.local.processes import boot_id
from settings.gpu_addresses import GpuMonitorAddress
from transport.credentials import basic_auth
from transport.http_client import JsonService

_SECONDS: Final = 3.0
_KEPT_SECONDS: Final = 1.0
_HAS_NONE: Final = (HostState.NO_GPU, HostState.NO_LIBRARY, HostState.NO_DRIVER)
_UNKNOWN: Final = "?"


class Gpus:
    """Finds the monitor of this machine among all, and then asks only that."""

    def __init__(self, monitors: Sequence[GpuMonitorAddress], this_boot: Callable[[], str] = boot_id) -> None:
        self._services = [(GpuMonitor(one.name), _service(one)) for one in monitors]
        self._this_boot = this_boot
        self._lock = threading.Lock()
        self._report: GpuReport | None = None
        self._read_at = 0.0

    def room(self, held: Sequence[int]) -> GpuCapacity:
        """Returns the GPUs that none of our trainings has (`held`), and on which no other process computes."""
        try:
            report = self._cached_report()
        except ClewError as error:
            return GpuCapacity(0, shortage=GpusUnknown(error))
        if report is None:
            return GpuCapacity(0, shortage=GpusUnknown(MonitorOfAnotherMachine()))
        return gpu_capacity_in(report, held)

    def name(self, gpu_id: int) -> str:
        """Returns the name of a GPU for CUDA_VISIBLE_DEVICES: its UUID, if known."""
        report = self._report
        found = next((gpu.uuid for gpu in report.gpus if gpu.gpu_id == gpu_id), None) if report else None
        return found or str(gpu_id)

    def _cached_report(self) -> GpuReport | None:
        with self._lock:
            if time.monotonic() - self._read_at > _KEPT_SECONDS:
                self._report = self._of_this_machine()
                self._read_at = time.monotonic()
            return self._report

    def _of_this_machine(self) -> GpuReport | None:
        failure: ClewError | None = None
        for name, service in list(self._services):
            try:
                report = _report(name, service)
            except ClewError as error:
                failure = error
                continue
            if report.boot_id == self._this_boot():
                self._services = [(name, service)]
                return report
        if failure is not None:
            raise failure
        return None


def gpu_capacity_in(report: GpuReport, held: Sequence[int]) -> GpuCapacity:
    """Returns the free GPUs of a report besides those that are held."""
    if report.state in _HAS_NONE:
        return GpuCapacity(0)
    if report.state is not HostState.OK:
        return GpuCapacity(len(report.gpus), shortage=GpusUnknown(_trouble(report)))
    # Only whole GPUs that CUDA_VISIBLE_DEVICES can name: a program sees only one MIG instance, and other vendors use
    # other variables. A monitor that sends no vendor is from before other vendors were supported.
    named = (None, GpuVendor.NVIDIA)
    whole = [gpu for gpu in report.gpus if gpu.parent_id is None and gpu.vendor in named]
    others = [gpu for gpu in whole if gpu.gpu_id not in held]
    taken = {gpu.gpu_id: user for gpu in others if (user := _user_of(gpu)) is not None}
    free = tuple(gpu.gpu_id for gpu in others if gpu.gpu_id not in taken)
    shortage: Message | None = None
    if taken:
        shortage = GpuTakenBy(*next(iter(taken.items())))
    return GpuCapacity(len(whole), free, shortage)


def _user_of(gpu: Gpu) -> str | None:
    """Returns which process computes on it, or why it cannot be used."""
    if gpu.state is not GpuState.OK:
        return gpu.state.value
    if gpu.processes:
        return gpu.processes[0].command or _UNKNOWN
    is_busy = gpu.processes is None and (gpu.utilization or 0) >= IDLE_BELOW_PERCENT
    return _UNKNOWN if is_busy else None


def _trouble(report: GpuReport) -> Reason:
    if report.code is not None:
        return MessageData(code=report.code, params=report.params)
    return MessageData(text=report.error or report.state.value)


def _report(name: Name, service: JsonService) -> GpuReport:
    try:
        return GpuReport.model_validate(service.call("GET", "/gpus", deadline_seconds=_SECONDS))
    except ValidationError as error:
        raise BadResponse(name, *misfit_of(error)) from error


def _service(monitor: GpuMonitorAddress) -> JsonService:
    auth = None if monitor.credentials is None else basic_auth(monitor.credentials)
    return JsonService(GpuMonitor(monitor.name), monitor.url, auth)
