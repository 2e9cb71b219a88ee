"""Implausible times in a run: its start, its end, the times of its metrics."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.moments import is_plausible
from domain.tracking.runs import Run


class ImplausibleTimes(BaseModel):
    """The implausible times of a run; empty if all are plausible.

    `start_ms` and `end_ms` are the implausible values as logged, `metrics` the keys whose newest point has such a time,
    with that time.
    """

    model_config = ConfigDict(frozen=True)

    start_ms: int | None = None
    end_ms: int | None = None
    start_missing: bool = False
    ends_before_start: bool = False
    end_missing: bool = False
    metrics: dict[str, int] = {}


def implausible_times(run: Run, now: datetime) -> ImplausibleTimes:
    """Returns the times of `run` that are implausible or missing at `now`."""
    return ImplausibleTimes(
        start_ms=run.odd_start_ms,
        end_ms=run.odd_end_ms,
        start_missing=run.started_at is None and run.odd_start_ms is None,
        ends_before_start=_ends_before_start(run),
        end_missing=run.is_over and run.ended_at is None and run.odd_end_ms is None,
        metrics={key: point.timestamp for key, point in run.metrics.items() if not is_plausible(point.timestamp, now)},
    )


def _ends_before_start(run: Run) -> bool:
    return run.started_at is not None and run.ended_at is not None and run.ended_at < run.started_at
