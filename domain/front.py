"""What matters now of the runs in progress: which of them stand still or diverged."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.tracking.outcomes import Diverged
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import Vocabulary

STALLED_AFTER: Final = timedelta(minutes=10)
"""A run that logged nothing for so long may have died without saying so."""
# MLflow's sampler of the machine goes on while the training beside it hangs: it proves nothing.
_OF_THE_MACHINE: Final = "system/"
# The last moment that a browser's Date holds, in Unix ms: beyond it somebody logged nanoseconds.
_LAST_MS: Final = 8_640_000_000_000_000


class RunInProgress(BaseModel):
    """A run that runs or waits; `silent_minutes` only where it stands still, `diverged` by the names of its metrics."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    algorithm: str | None
    status: RunStatus
    is_sample: bool
    last_metric_ms: int | None
    silent_minutes: int | None
    diverged: dict[str, Diverged]


def last_metric_ms(run: Run) -> int | None:
    """When the run logged last, in Unix ms by its own clock; None where it has not."""
    moments = (point.timestamp for key, point in run.metrics.items() if not key.startswith(_OF_THE_MACHINE))
    return max((moment for moment in moments if 0 < moment <= _LAST_MS), default=None)


def silent_for(run: Run, now: datetime) -> timedelta | None:
    """How long ago it logged last, or started where it never did; None where neither is known, or it only waits."""
    if run.status is not RunStatus.RUNNING:
        return None
    logged = last_metric_ms(run)
    if logged is not None:
        return timedelta(milliseconds=now.timestamp() * 1000 - logged)
    return None if run.started_at is None else now - run.started_at


def in_progress(runs: Iterable[Run], now: datetime, vocabulary: Vocabulary) -> list[RunInProgress]:
    """The runs that are not over: first those to look at, which stand still or diverged, then the newest."""
    open_runs = [(run, silent_for(run, now)) for run in runs if not run.is_over]
    stalled = {run.run_id for run, silence in open_runs if silence is not None and silence > STALLED_AFTER}
    open_runs.sort(key=lambda pair: _started(pair[0]), reverse=True)
    found = [_progress_of(run, silence if run.run_id in stalled else None, vocabulary) for run, silence in open_runs]
    return sorted(found, key=lambda run: (run.silent_minutes is None, not run.diverged))


def _progress_of(run: Run, silence: timedelta | None, vocabulary: Vocabulary) -> RunInProgress:
    return RunInProgress(
        run_id=run.run_id,
        name=run.name,
        algorithm=run.parameter("algorithm", vocabulary),
        status=run.status,
        is_sample=run.is_sample,
        last_metric_ms=last_metric_ms(run),
        silent_minutes=None if silence is None else int(silence.total_seconds() // 60),
        diverged=run.diverged(vocabulary),
    )


def _started(run: Run) -> float:
    return 0.0 if run.started_at is None else run.started_at.timestamp()
