"""What a run's clocks told that cannot be: its start, its end, the times of its metrics."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.moments import is_believable
from domain.tracking.runs import Run


class OddClocks(BaseModel):
    """What cannot be right of a run's times; an empty one where all can be.

    `start_ms` and `end_ms` are what was told in place of Unix ms, `metrics` the keys whose newest point has such a
    time, with that.
    """

    model_config = ConfigDict(frozen=True)

    start_ms: int | None = None
    end_ms: int | None = None
    start_missing: bool = False
    ends_before_start: bool = False
    end_missing: bool = False
    metrics: dict[str, int] = {}


def odd_clocks(run: Run, now: datetime) -> OddClocks:
    """Returns what cannot be right of the times of `run`, or is missing of them, at `now`."""
    return OddClocks(
        start_ms=run.odd_start_ms,
        end_ms=run.odd_end_ms,
        start_missing=run.started_at is None and run.odd_start_ms is None,
        ends_before_start=_ends_before_start(run),
        end_missing=run.is_over and run.ended_at is None and run.odd_end_ms is None,
        metrics={key: point.timestamp for key, point in run.metrics.items() if not is_believable(point.timestamp, now)},
    )


def _ends_before_start(run: Run) -> bool:
    return run.started_at is not None and run.ended_at is not None and run.ended_at < run.started_at
