"""All alerts and mutes, as pages and the API get them."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.alerts.alert import Alert, Moment, Mute
from domain.alerts.kinds import AlertKind

MAX_HOURS: Final = 24 * 30
# A watcher writes a heartbeat every 5 minutes; clocks differ.
_SILENT_MS: Final = 10 * 60_000


class AlertList(BaseModel):
    """All known alerts; `watcher` is the machine whose watcher works, None if none does.

    `watcher_at_ms` is the watcher's last heartbeat, in Unix ms.
    """

    model_config = ConfigDict(frozen=True)

    alerts: list[Alert] = []
    mutes: list[Mute] = []
    watcher: str | None = None
    watcher_at_ms: Moment | None = None
    is_watched: bool = False
    """Whether a watcher ever ran."""

    @property
    def holding(self) -> list[Alert]:
        """The alerts that hold now, newest first."""
        return _newest([one for one in self.alerts if one.holds])

    @property
    def undelivered(self) -> list[Alert]:
        """The alerts with a message that failed at least once and is still to be sent."""
        return _newest([one for one in self.alerts if any(due.tries for due in one.due.values())])

    @property
    def over(self) -> list[Alert]:
        """The events, and the conditions that ended."""
        return _newest([one for one in self.alerts if not one.holds])

    def has_live_watcher(self, now_ms: int) -> bool:
        """Returns whether a watcher works whose last heartbeat was recent at this moment."""
        heartbeat_ms = self.watcher_at_ms
        return self.watcher is not None and (heartbeat_ms is None or now_ms - heartbeat_ms <= _SILENT_MS)

    def mutes_in_force(self, now_ms: int) -> list[Mute]:
        """Returns the mutes that have not ended."""
        return [one for one in self.mutes if one.until_ms > now_ms]


class MuteRequest(BaseModel):
    """A request to suppress alerts for a time, with a reason; no kinds and no pattern match everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: list[AlertKind] = Field([], max_length=len(AlertKind), description="the kinds to mute; empty for all")
    pattern: str = Field(
        "", max_length=300, description="matches the name of a run, an experiment or a host; * is any text"
    )
    hours: float = Field(gt=0, le=MAX_HOURS)
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _newest(alerts: Sequence[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda one: (one.since_ms, one.id), reverse=True)
