"""All alerts and mutes, as every page and program gets them."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.alerts.alert import Alert, Moment, Mute
from domain.alerts.kinds import AlertKind

MOST_HOURS: Final = 24 * 30
# A watcher says every 5 minutes that it works; clocks differ.
_SILENT_MS: Final = 10 * 60_000


class AlertList(BaseModel):
    """What is known of alerts; `watcher` is the machine whose watcher works, None where none does.

    `watcher_at_ms` is when that watcher said so last, in Unix ms.
    """

    model_config = ConfigDict(frozen=True)

    alerts: list[Alert] = []
    mutes: list[Mute] = []
    watcher: str | None = None
    watcher_at_ms: Moment | None = None
    is_watched: bool = False
    """Whether there ever was a watcher."""

    @property
    def holding(self) -> list[Alert]:
        """What is so now, the newest first."""
        return _newest([one for one in self.alerts if one.holds])

    @property
    def undelivered(self) -> list[Alert]:
        """What somebody is still to be told, and was tried to be."""
        return _newest([one for one in self.alerts if any(due.tries for due in one.due.values())])

    @property
    def over(self) -> list[Alert]:
        """What happened, and what is over."""
        return _newest([one for one in self.alerts if not one.holds])

    def has_live_watcher(self, now_ms: int) -> bool:
        """Returns whether a watcher works, and had said so lately at this moment."""
        heartbeat_ms = self.watcher_at_ms
        return self.watcher is not None and (heartbeat_ms is None or now_ms - heartbeat_ms <= _SILENT_MS)

    def mutes_in_force(self, now_ms: int) -> list[Mute]:
        """Returns those that have not ended."""
        return [one for one in self.mutes if one.until_ms > now_ms]


class MuteRequest(BaseModel):
    """What is not to be told for a time, and why; no kinds and no pattern is everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: list[AlertKind] = Field([], max_length=len(AlertKind), description="empty: any")
    pattern: str = Field("", max_length=300, description="of a run, experiment or host; * stands for anything")
    hours: float = Field(gt=0, le=MOST_HOURS)
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _newest(alerts: Sequence[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda one: (one.since_ms, one.id), reverse=True)
