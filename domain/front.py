"""The runs in progress, with those that stalled or diverged."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.run_changes.marks import Mark
from domain.tracking.outcomes import Diverged
from domain.tracking.runs import Run, RunStatus
from domain.tracking.silence import last_metric_ms, silent_minutes
from domain.tracking.vocabulary import Vocabulary


class RunInProgress(BaseModel):
    """A run that runs or waits; `silent_minutes` only if it stalled, `diverged` by the names of its metrics."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    algorithm: str | None
    status: RunStatus
    is_sample: bool
    is_archived: bool = False
    last_metric_ms: int | None
    silent_minutes: int | None
    diverged: dict[str, Diverged]


def in_progress(runs: Iterable[Run], now: datetime, vocabulary: Vocabulary) -> list[RunInProgress]:
    """Returns the runs that are not over: first those that stalled or diverged, then the newest."""
    open_runs = [(run, silent_minutes(run, now)) for run in runs if not run.is_over]
    open_runs.sort(key=lambda pair: _started(pair[0]), reverse=True)
    found = [_progress_of(run, silence, now, vocabulary) for run, silence in open_runs]
    return sorted(found, key=lambda run: (run.silent_minutes is None, not run.diverged))


def _progress_of(run: Run, silence: int | None, now: datetime, vocabulary: Vocabulary) -> RunInProgress:
    return RunInProgress(
        run_id=run.run_id,
        name=run.name,
        algorithm=run.parameter("algorithm", vocabulary),
        status=run.status,
        is_sample=run.is_sample,
        is_archived=Mark.ARCHIVED in run.marks,
        last_metric_ms=last_metric_ms(run, now),
        silent_minutes=silence,
        diverged=run.diverged(vocabulary),
    )


def _started(run: Run) -> float:
    return 0.0 if run.started_at is None else run.started_at.timestamp()
