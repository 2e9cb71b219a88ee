"""A day as a monitor would have stored it, written into its file."""

import time
from pathlib import Path

from domain.fleet.kept_history import BUCKET_SECONDS, GpuUser
from gpu_monitor.history.buckets import Bucket, GpuPlace
from gpu_monitor.history.history_file import HistoryFile

BUCKET_MS = BUCKET_SECONDS * 1000
HOUR_MS = 3_600_000
TRAINING = GpuUser(owner="ada", boot_id="boot-1", start_ticks=77, pid=12)
OTHER = GpuUser(owner="bob", boot_id="boot-1", start_ticks=88, pid=13)
NOW = time.time_ns() // 1_000_000 // BUCKET_MS * BUCKET_MS


def fill(folder: Path, host: str) -> None:
    """Writes six hours of two GPUs below a monitor's folder: on the first ada trains, with a gap of an hour; bob
    keeps the other."""
    buckets = []
    for at in range(NOW - 6 * HOUR_MS, NOW, BUCKET_MS):
        if not NOW - 3 * HOUR_MS <= at < NOW - 2 * HOUR_MS:
            buckets.append(_bucket(at, host, 0, 80, {TRAINING: 1.0}))
        buckets.append(_bucket(at, host, 1, 0, {OTHER: 1.0}))
    HistoryFile(folder / "var" / "gpu-history.sqlite", 24).write(buckets)


def _bucket(at: int, host: str, gpu: int, busy: float, uses: dict[GpuUser, float]) -> Bucket:
    place = GpuPlace(gpu, str(gpu), f"GPU-{host}-{gpu}", "Fake A100")
    values = {"utilization": busy, "memory_used": 4_096.0, "memory_total": 81_920.0, "temperature": 60.0}
    return Bucket(at, place, 1.0, {**values, "power": 300.0, "reserved": 1.0}, uses)
