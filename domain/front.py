"""What matters now: which runs are in progress, which of them stand still, and the best that each algorithm came to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import inf
from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.tracking.runs import Run, RunStatus, RunSummary, summarise
from domain.tracking.silence import last_metric_ms, silent_minutes
from domain.tracking.vocabulary import Vocabulary

RECENT: Final = timedelta(days=7)


class RunInProgress(BaseModel):
    """A run that runs or waits; `silent_minutes` only where it stands still."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    algorithm: str | None
    status: RunStatus
    is_sample: bool
    last_metric_ms: int | None
    silent_minutes: int | None


class BestRuns(BaseModel):
    """The best run of each algorithm, the best first; of the last days, or of all where nothing ended in those."""

    model_config = ConfigDict(frozen=True)

    runs: list[RunSummary]
    are_recent: bool


def in_progress(runs: Iterable[Run], now: datetime, vocabulary: Vocabulary) -> list[RunInProgress]:
    """The runs that are not over: those that stand still first, since somebody has to look, then the newest."""
    open_runs = [(run, silent_minutes(run, now)) for run in runs if not run.is_over]
    open_runs.sort(key=lambda pair: _started(pair[0]), reverse=True)
    open_runs.sort(key=lambda pair: pair[1] is None)
    return [_progress_of(run, silence, now, vocabulary) for run, silence in open_runs]


def best_per_algorithm(runs: Iterable[Run], now: datetime, vocabulary: Vocabulary) -> BestRuns:
    """Of each algorithm the finished run with the highest success rate; of equals the highest final reward."""
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    recent = _best([run for run in finished if _ended(run) >= (now - RECENT).timestamp()], vocabulary)
    return BestRuns(runs=recent or _best(finished, vocabulary), are_recent=bool(recent))


def _progress_of(run: Run, silence: int | None, now: datetime, vocabulary: Vocabulary) -> RunInProgress:
    return RunInProgress(
        run_id=run.run_id,
        name=run.name,
        algorithm=run.parameter("algorithm", vocabulary),
        status=run.status,
        is_sample=run.is_sample,
        last_metric_ms=last_metric_ms(run, now),
        silent_minutes=silence,
    )


def _best(finished: list[Run], vocabulary: Vocabulary) -> list[RunSummary]:
    best: dict[str | None, tuple[tuple[float, float], Run]] = {}
    for run in sorted(finished, key=_ended, reverse=True):  # of equals the newest
        merit, algorithm = _merit(run, vocabulary), run.parameter("algorithm", vocabulary)
        if merit > (-inf, -inf) and (algorithm not in best or merit > best[algorithm][0]):
            best[algorithm] = merit, run
    ordered = sorted(best.values(), key=lambda found: found[0], reverse=True)
    return [summarise(run, vocabulary) for _merit_of_it, run in ordered]


def _merit(run: Run, vocabulary: Vocabulary) -> tuple[float, float]:
    rate, reward = run.latest("success_rate", vocabulary), run.latest("reward", vocabulary)
    return (-inf if rate is None else rate, -inf if reward is None else reward)


def _started(run: Run) -> float:
    return 0.0 if run.started_at is None else run.started_at.timestamp()


def _ended(run: Run) -> float:
    """Some clients end a run without a time."""
    return _started(run) if run.ended_at is None else run.ended_at.timestamp()
