"""What the team is told of, and for how long each must hold before it is."""

from enum import StrEnum
from typing import Final


class AlertKind(StrEnum):
    """One kind of event; `ALERTS_FILE` names them so."""

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
"""For how long a thing must hold where no rule says so; what is not here is told at once."""
