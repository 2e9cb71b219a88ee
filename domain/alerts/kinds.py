"""The kinds of alerts, and for how long a condition must hold before it is sent."""

from enum import StrEnum
from typing import Final


class AlertKind(StrEnum):
    """One kind of event, by its name in `ALERTS_FILE`."""

    FINISHED = "finished"
    FAILED = "failed"
    DIVERGED = "diverged"
    STALLED = "stalled"
    BEST = "best"
    QUEUED = "queued"
    ACTIVATED = "activated"
    DELETED = "deleted"
    PURGE_DUE = "purge_due"
    GPU_LOST = "gpu_lost"
    GPU_HOT = "gpu_hot"
    GPU_IDLE = "gpu_idle"
    SERVICE_DOWN = "service_down"
    SERVICE_BACK = "service_back"
    DISK_FULL = "disk_full"


HOLDS_SECONDS: Final = {
    AlertKind.QUEUED: 3600.0,
    AlertKind.GPU_HOT: 300.0,
    AlertKind.GPU_IDLE: 3600.0,
    AlertKind.SERVICE_DOWN: 60.0,
    AlertKind.DISK_FULL: 60.0,
}
"""How long a condition must hold where no rule sets it; kinds that are not listed are sent at once."""
