"""How long alerts are kept, and up to when they may have been forgotten. Pure."""

from collections.abc import Collection, Iterable
from typing import Final

from domain.alerts.alert import Alert

MOST_KEPT: Final = 300
"""So many that are over and told are kept, the newest."""
KEPT_MS: Final = 2 * 86_400_000
"""Younger ones are kept, however many: what happened is known by them."""


def outlived(alerts: Iterable[Alert], live_runs: Collection[str], now_ms: int) -> list[str]:
    """Returns the ids of those that can be forgotten; one of a run that still runs would be told anew."""
    return [
        one.id
        for one in _settled(alerts)[MOST_KEPT:]
        if now_ms - _ended(one) > KEPT_MS and one.subject.run_id not in live_runs
    ]


def horizon_ms(alerts: Iterable[Alert], now_ms: int) -> int:
    """Returns up to when events may have been sent and forgotten, in Unix ms; 0 where none was."""
    settled = _settled(alerts)
    return min(_ended(settled[MOST_KEPT - 1]), now_ms - KEPT_MS) if len(settled) >= MOST_KEPT else 0


def _settled(alerts: Iterable[Alert]) -> list[Alert]:
    """Returns those that are over and told, the newest first."""
    return sorted((one for one in alerts if not one.holds and not one.due), key=_ended, reverse=True)


def _ended(alert: Alert) -> int:
    return alert.until_ms or 0
