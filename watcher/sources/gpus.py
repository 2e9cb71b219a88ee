"""GPU alerts: lost, too hot, reserved but idle. Each monitor is asked every few seconds, MLflow never."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from pydantic import ValidationError

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.errors import BadResponse, ClewError
from domain.errors.alerts.events import (
    DiskNearlyFull,
    GpuIsLost,
    GpuReservedIdle,
    GpusNotReadable,
    GpuTooHot,
    ServiceIsDown,
    Somebody,
)
from domain.errors.misfits import misfit_of
from domain.errors.names import GpuMonitor
from domain.gpus import IDLE_BELOW_PERCENT, Gpu, GpuReport, GpuState, HostState
from domain.messages import Reason, Text
from transport.http_client import JsonService
from watcher.sources.causes import cause_of
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition

ROUND_SECONDS: Final = 6.0
_ANSWER_SECONDS: Final = 3.0
_AT_ONCE: Final = 8
_MIB_PER_GIB: Final = 1024
_KINDS: Final = (AlertKind.GPU_LOST, AlertKind.GPU_HOT, AlertKind.GPU_IDLE)
_PAGE: Final = "/gpu"
_LOST: Final = (GpuState.LOST, GpuState.FAILED)
# States in which a host's GPUs cannot be read; a host that is starting or merely late is not among them.
_GONE: Final = (
    *(HostState.NO_GPU, HostState.NO_LIBRARY, HostState.NO_DRIVER, HostState.DRIVER_CHANGED),
    *(HostState.NOT_ANSWERING, HostState.FAILED),
)
# For a host that never had a GPU so far: while it boots, its driver takes a moment to load.
_UNSEEN_SECONDS: Final = 60.0


class Monitor(NamedTuple):
    """A GPU monitor by its name, and where it is."""

    name: str
    service: JsonService


class GpuSource:
    """Watches the GPUs of the configured monitors."""

    def __init__(self, monitors: Sequence[Monitor], least_percent: float, book: AlertBook) -> None:
        self._monitors = monitors
        self._book = book
        self._threads = ThreadPoolExecutor(min(_AT_ONCE, max(1, len(monitors))), "gpus")
        self._least_percent = least_percent
        self._had_gpus: set[str] = set()
        self.disks: list[Condition] = []
        """The nearly full disks of hosts, as of the last round."""
        self.unknown = frozenset(one.name for one in monitors)
        """The hosts that did not answer in the last round, or have not been asked yet."""

    def round(self) -> list[Condition]:
        """Asks all monitors, and records the conditions of their GPUs; returns those monitors that do not answer."""
        reports = dict(zip(self._monitors, self._threads.map(_report, self._monitors), strict=True))
        conditions, unknown = list[Condition](), set[str]()
        for monitor, report in reports.items():
            if isinstance(report, ClewError) or report.state in (HostState.STARTING, HostState.STALE):
                unknown.add(monitor.name)
            else:
                conditions += self._of_host(monitor.name, report)
        self._book.hold(_KINDS, conditions, lambda subject: subject.host in unknown)
        self.disks = [*_disks(reports, self._least_percent)]
        self.unknown = frozenset(unknown)
        return [_down(monitor, error) for monitor, error in _failures(reports)]

    def _of_host(self, name: str, report: GpuReport) -> Iterator[Condition]:
        if report.recording:  # the example session, not measured
            return
        if report.state in _GONE:
            yield self._unreadable(name, report)
            return
        if report.gpus:
            self._had_gpus.add(name)
        for gpu in report.gpus:
            yield from _of_gpu(name, gpu)

    def _unreadable(self, name: str, report: GpuReport) -> Condition:
        subject = Subject(key=name, name=name, host=name, page=_PAGE)
        after = None if name in self._had_gpus else _UNSEEN_SECONDS if _should_have_gpus(report) else float("inf")
        text = GpusNotReadable(name, _reason(report.error, report.state.value))
        return Condition(AlertKind.GPU_LOST, subject, text, after_seconds=after)


def _should_have_gpus(report: GpuReport) -> bool:
    """Returns whether a host that never had a GPU so far should have one: its driver is installed, at least in part.

    Without the driver's library this is unknown, as it is for a machine without GPUs: only a host that once had a GPU
    is reported then.
    """
    return report.state is not HostState.NO_LIBRARY and report.error is not None


def _of_gpu(host: str, gpu: Gpu) -> Iterator[Condition]:
    place, name = gpu.place, gpu.name or "–"
    subject = Subject(key=f"{host} {gpu.uuid or place}", name=f"{host} GPU {place}", host=host, page=_PAGE)
    if gpu.state in _LOST:
        text = GpuIsLost(host, place, name, _reason(gpu.error, gpu.state.value))
        yield Condition(AlertKind.GPU_LOST, subject, text)
        return
    if gpu.temperature is not None and gpu.temperature_limit is not None and gpu.temperature >= gpu.temperature_limit:
        hot = GpuTooHot(host, place, name, round(gpu.temperature), round(gpu.temperature_limit))
        yield Condition(AlertKind.GPU_HOT, subject, hot)
    if is_reserved_and_idle(gpu):
        idle = GpuReservedIdle(host, place, name, gpu.owner or Somebody())
        yield Condition(AlertKind.GPU_IDLE, subject.model_copy(update={"run_id": gpu.run_id}), idle)


def is_reserved_and_idle(gpu: Gpu) -> bool:
    """Returns whether a GPU is reserved but does nothing; unknown values count as no."""
    return gpu.is_reserved is True and gpu.utilization is not None and gpu.utilization < IDLE_BELOW_PERCENT


def _report(monitor: Monitor) -> GpuReport | ClewError:
    try:
        return GpuReport.model_validate(monitor.service.call("GET", "/gpus", deadline_seconds=_ANSWER_SECONDS))
    except ValidationError as error:
        return BadResponse(GpuMonitor(monitor.name), *misfit_of(error))
    except ClewError as error:
        return error


def _disks(reports: Mapping[Monitor, GpuReport | ClewError], least_percent: float) -> Iterator[Condition]:
    """Yields the disks of checkpoint folders with less free space than so many percent."""
    for monitor, report in reports.items():
        disk = report.machine.disk if isinstance(report, GpuReport) and report.machine is not None else None
        if disk is None or disk.free is None or not disk.total:
            continue
        if 100 * disk.free / disk.total < least_percent:
            subject = Subject(
                key=f"{monitor.name} {disk.path}"[:500], name=disk.path[:300], host=monitor.name, page=_PAGE
            )
            free, total = round(disk.free / _MIB_PER_GIB), round(disk.total / _MIB_PER_GIB)
            yield Condition(AlertKind.DISK_FULL, subject, DiskNearlyFull(monitor.name, disk.path, free, total))


def _failures(reports: Mapping[Monitor, GpuReport | ClewError]) -> Iterator[tuple[Monitor, ClewError]]:
    for monitor, report in reports.items():
        if isinstance(report, ClewError):
            yield monitor, report


def _down(monitor: Monitor, error: ClewError) -> Condition:
    subject = Subject(key=f"monitor {monitor.name}", name=monitor.name, host=monitor.name, page=_PAGE)
    return Condition(AlertKind.SERVICE_DOWN, subject, ServiceIsDown(GpuMonitor(monitor.name), cause_of(error)))


def _reason(text: str | None, state: str) -> Reason:
    return Text((text or state)[:300])
