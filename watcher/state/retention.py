"""How long alerts are kept, and which events are too old to be still known. Pure."""

from collections.abc import Collection, Iterable
from typing import Final

from domain.alerts.alert import Alert

MAX_KEPT: Final = 300
"""How many ended and fully delivered alerts are kept, the newest first."""
KEPT_MS: Final = 2 * 86_400_000
"""Younger ones are kept regardless of their number: by them the watcher knows what it has reported."""


def expired(alerts: Iterable[Alert], live_runs: Collection[str], now_ms: int) -> list[str]:
    """Returns the ids of alerts to delete; those of a live run stay, otherwise its events would be reported again."""
    return [
        one.id
        for one in _settled(alerts)[MAX_KEPT:]
        if now_ms - _ended(one) > KEPT_MS and one.subject.run_id not in live_runs
    ]


def horizon_ms(alerts: Iterable[Alert], now_ms: int) -> int:
    """Returns up to when events may have been reported and deleted, in Unix ms; 0 if none were."""
    settled = _settled(alerts)
    return min(_ended(settled[MAX_KEPT - 1]), now_ms - KEPT_MS) if len(settled) >= MAX_KEPT else 0


def _settled(alerts: Iterable[Alert]) -> list[Alert]:
    """Returns the ended and fully delivered alerts, newest first."""
    return sorted((one for one in alerts if not one.holds and not one.due), key=_ended, reverse=True)


def _ended(alert: Alert) -> int:
    return alert.until_ms or 0
