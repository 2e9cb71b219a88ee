"""A made-up day of four GPUs, for the picture of their history: their owners, and how busy they were."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.fleet.kept_history import BUCKET_SECONDS, GpuUser
from gpu_monitor.history.buckets import Bucket, GpuPlace
from gpu_monitor.history.history_file import HistoryFile

_BUCKET_MS: Final = BUCKET_SECONDS * 1000
_DAY_MS: Final = 86_400_000
# From which hour to which a user had a GPU, and how busy it was then.
_SHIFTS: Final = (
    (("ada", 0, 9, 92), ("cy", 12, 22, 78)),
    (("ada", 2, 15, 64), ("bob", 16, 24, 88)),
    (("bob", 0, 24, 6),),
    (("cy", 5, 11, 97), ("ada", 14, 24, 55)),
)


def keep_a_day(state: Path) -> None:
    """Writes the day into the file that a GPU monitor with this STATE_DIR reads."""
    state.mkdir(parents=True, exist_ok=True)
    HistoryFile(state / "gpu-history.sqlite", 24).write(_buckets())


def _buckets() -> Iterator[Bucket]:
    now = time.time_ns() // 1_000_000 // _BUCKET_MS * _BUCKET_MS
    for at in range(now - _DAY_MS + _BUCKET_MS, now, _BUCKET_MS):
        hour = (at - now + _DAY_MS) / 3_600_000
        yield from (_bucket(at, hour, gpu) for gpu in range(len(_SHIFTS)))


def _bucket(at: int, hour: float, gpu: int) -> Bucket:
    had = [(owner, busy) for owner, begins, ends, busy in _SHIFTS[gpu] if begins <= hour < ends]
    uses = {GpuUser(owner=owner, boot_id="boot", start_ticks=gpu, pid=100 + gpu): 1.0 for owner, _busy in had}
    busy = max((busy + 3 * math.sin(hour * 7 + gpu) for _owner, busy in had), default=0.0)
    values: dict[str, float | None] = {
        "utilization": min(100.0, max(0.0, busy)),
        "memory_total": 81_920.0,
        "temperature": 35 + 0.4 * busy,
    }
    values |= {"memory_used": 61_440.0 if had else 512.0, "power": 70 + 5.5 * busy, "reserved": float(bool(had))}
    return Bucket(at, GpuPlace(gpu, str(gpu), f"GPU-example-{gpu}", "Example GPU"), 1.0, values, uses)
