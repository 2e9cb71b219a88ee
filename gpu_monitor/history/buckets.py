"""Averages readings over `BUCKET_SECONDS`, which makes the history of a day small enough to store."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from domain.fleet.kept_history import BUCKET_SECONDS, GpuUser
from domain.gpus import SILENT_PERIODS, Gpu, GpuState, HostState
from gpu_monitor.readings import Reading

BUCKET_MS: Final = BUCKET_SECONDS * 1000
VALUES: Final = ("utilization", "memory_used", "memory_total", "temperature", "power", "reserved")
# A lost GPU has no values, and for a split one its instances are stored, each as a GPU of its own.
_NOT_READ: Final = (GpuState.LOST, GpuState.FAILED, GpuState.MIG)


class GpuPlace(NamedTuple):
    """The identity of a GPU, or a part of one, and its position on the host.

    Another GPU in the same slot is different.
    """

    gpu_id: int
    place: str
    uuid: str | None
    name: str | None


class Bucket(NamedTuple):
    """A GPU in one period that begins `at` (Unix ms): shares of the period, and means by the names in `VALUES`."""

    at: int
    place: GpuPlace
    covered: float
    values: dict[str, float | None]
    uses: dict[GpuUser, float]


class Buckets:
    """Collects readings, and returns completed buckets; `boot_id` is the current boot's."""

    def __init__(self, period_seconds: float, boot_id: str | None) -> None:
        self._period = period_seconds
        self._boot_id = boot_id
        self._at: int | None = None
        self._open: dict[GpuPlace, _Sums] = defaultdict(_Sums)

    def add(self, reading: Reading) -> list[Bucket]:
        """Returns the buckets that this reading completes: it belongs to a later period, or the clock was set back."""
        at = reading.taken_at // BUCKET_MS * BUCKET_MS
        ended = self.end() if self._at not in (None, at) else []
        self._at = at
        if reading.state == HostState.OK and not reading.recording:
            seconds = min(reading.interval_seconds or self._period, SILENT_PERIODS * self._period)
            for gpu in reading.gpus:
                if gpu.state not in _NOT_READ:
                    self._open[GpuPlace(gpu.gpu_id, gpu.place, gpu.uuid, gpu.name)].add(gpu, seconds, self._users(gpu))
        return ended

    def end(self) -> list[Bucket]:
        """Returns what was collected in the current period, and starts another."""
        at, opened = self._at, self._open
        self._at, self._open = None, defaultdict(_Sums)
        return [] if at is None else [sums.bucket(at, place) for place, sums in opened.items()]

    def _users(self, gpu: Gpu) -> Iterator[GpuUser]:
        return users_of(gpu, self._boot_id)


def users_of(gpu: Gpu, boot_id: str | None) -> Iterator[GpuUser]:
    """Yields the current users of a GPU: the run that it was given to, and each process on it, the largest first."""
    processes = sorted(gpu.processes or (), key=lambda one: -(one.memory_used or 0))
    if gpu.is_reserved and gpu.run_id is not None and all(one.run_id != gpu.run_id for one in processes):
        yield GpuUser(owner=gpu.owner, run_id=gpu.run_id)
    for process in processes:
        is_of_the_run = process.run_id is not None and process.run_id == gpu.run_id
        yield GpuUser(
            owner=gpu.owner if is_of_the_run else process.user,
            run_id=process.run_id,
            boot_id=boot_id,
            start_ticks=process.start_ticks,
            pid=process.pid,
            ns_pid=process.ns_pid,
        )


class _Sums:
    """Sums of one GPU's readings in one bucket, weighted by the seconds that each covers."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._values: dict[str, float] = defaultdict(float)
        self._known: dict[str, float] = defaultdict(float)
        self._uses: dict[GpuUser, float] = defaultdict(float)

    def add(self, gpu: Gpu, seconds: float, users: Iterable[GpuUser]) -> None:
        self._seconds += seconds
        for name in VALUES:
            value = _value(gpu, name)
            if value is not None:
                self._values[name] += value * seconds
                self._known[name] += seconds
        for user in set(users):
            self._uses[user] += seconds

    def bucket(self, at: int, place: GpuPlace) -> Bucket:
        means = {name: self._values[name] / self._known[name] if self._known[name] else None for name in VALUES}
        uses = {user: min(1.0, seconds / self._seconds) for user, seconds in self._uses.items()}
        return Bucket(at, place, min(1.0, self._seconds / BUCKET_SECONDS), means, uses)


def _value(gpu: Gpu, name: str) -> float | None:
    """Returns a value of `VALUES`, None if missing."""
    if name == "reserved":
        return None if gpu.is_reserved is None else float(gpu.is_reserved)
    value: float | None = getattr(gpu, name)
    return value
