"""Names of the kinds of alerts, their colours, and the durations of a mute."""

from typing import Final

from components.texts.language import _
from domain.alerts.kinds import AlertKind

_GRAVE: Final = (AlertKind.FAILED, AlertKind.DIVERGED, AlertKind.GPU_LOST, AlertKind.SERVICE_DOWN, AlertKind.DISK_FULL)
_GOOD: Final = (AlertKind.FINISHED, AlertKind.BEST, AlertKind.SERVICE_BACK, AlertKind.ACTIVATED)


def kind_name(kind: AlertKind) -> str:
    """Returns the name of a kind of alert."""
    return {
        AlertKind.FINISHED: _("run finished"),
        AlertKind.FAILED: _("run failed"),
        AlertKind.DIVERGED: _("run diverged"),
        AlertKind.STALLED: _("run stalled"),
        AlertKind.BEST: _("best so far"),
        AlertKind.QUEUED: _("long in the queue"),
        AlertKind.ACTIVATED: _("model activated"),
        AlertKind.DELETED: _("deleted"),
        AlertKind.PURGE_DUE: _("purge due"),
        AlertKind.GPU_LOST: _("GPU lost"),
        AlertKind.GPU_HOT: _("GPU too hot"),
        AlertKind.GPU_IDLE: _("GPU reserved and idle"),
        AlertKind.SERVICE_DOWN: _("service down"),
        AlertKind.SERVICE_BACK: _("service back"),
        AlertKind.DISK_FULL: _("disk nearly full"),
    }[kind]


def kind_colour(kind: AlertKind) -> str:
    """Returns the colour of a kind of alert; the name is always shown with it."""
    return "danger" if kind in _GRAVE else "success" if kind in _GOOD else "warning"


def mute_hours() -> dict[float, str]:
    """Returns the durations to choose from for a mute: hours to label."""
    return {1: _("1 hour"), 4: _("4 hours"), 24: _("1 day"), 168: _("1 week"), 720: _("30 days")}
