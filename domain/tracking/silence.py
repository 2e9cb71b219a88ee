"""Stalled runs: those in state RUNNING that log nothing; one rule for all pages.

Alerts have a finer one, by each run's usual interval: `stalled_after` of watcher/sources/run_facts.py.
"""

from datetime import datetime, timedelta
from typing import Final

from domain.moments import is_plausible
from domain.tracking.runs import LatestMetric, Run, RunStatus

STALLED_AFTER: Final = timedelta(minutes=10)
"""A run that logged nothing for this long may have died, whatever its usual interval; a page knows no intervals."""
# MLflow's system metrics continue while the training hangs, so they do not count.
_SYSTEM_PREFIX: Final = "system/"


def last_metric_ms(run: Run, now: datetime) -> int | None:
    """Returns when the run logged last, in Unix ms by its own clock; None if never, or if its clock is implausible."""
    moments = (point.timestamp for point in _logged(run))
    return max((moment for moment in moments if is_plausible(moment, now)), default=None)


def silent_for(run: Run, now: datetime) -> timedelta | None:
    """Returns how long ago the run logged last, or started if it never logged; None if unknown, or if it only waits."""
    if run.status is not RunStatus.RUNNING:
        return None
    logged = last_metric_ms(run, now)
    if logged is not None:
        return timedelta(milliseconds=now.timestamp() * 1000 - logged)
    # A run with an implausible clock may have logged a moment ago.
    return None if run.started_at is None or _logged(run) else now - run.started_at


def silent_minutes(run: Run, now: datetime) -> int | None:
    """Returns for how many minutes a run has logged nothing; None where that is too short to matter."""
    silence = silent_for(run, now)
    return None if silence is None or silence <= STALLED_AFTER else int(silence.total_seconds() // 60)


def is_system_metric(key: str) -> bool:
    """Returns whether a metric is one of MLflow's system metrics, which continue while the training hangs."""
    return key.startswith(_SYSTEM_PREFIX)


def _logged(run: Run) -> list[LatestMetric]:
    return [point for key, point in run.metrics.items() if not is_system_metric(key)]
