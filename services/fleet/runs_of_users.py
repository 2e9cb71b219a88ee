"""Finds the run of a GPU's user: by its run id, else by the tags that Clew's trainer writes to its run."""

import time
from collections.abc import Iterable
from typing import Final

from domain.fleet.kept_history import GpuUser
from domain.fleet.spans import MAX_DAYS, Span
from domain.fleet.usage import RunName, RunOf
from domain.run_table.table import RunTable
from domain.tracking.runs import Run, RunStatus
from services.fleet.fleet_histories import FleetHistories, HistoryView

_BOOT, _START, _PID = "clew.boot_id", "clew.start_ticks", "clew.pid"
_MAX_OF_A_TICK: Final = 50


def run_finder(runs: RunTable | None) -> RunOf:
    """Returns a lookup of the run of a user, which caches its results."""
    found: dict[GpuUser, RunName | None] = {}

    def run_of(user: GpuUser) -> RunName | None:
        if user not in found:
            run = None if runs is None else _run(runs, user)
            found[user] = None if run is None else RunName(run.run_id, run.name, run.experiment)
        return found[user]

    return run_of


def is_user_of(user: GpuUser, run: Run) -> bool:
    """Returns whether a user of a GPU is this run."""
    if user.run_id is not None:
        return user.run_id == run.run_id
    # A pid alone may be reused, and differs between a container and its host: boot id and start tick must match, too.
    pids = {str(pid) for pid in (user.pid, user.ns_pid) if pid is not None}
    return bool(
        user.boot_id is not None
        and user.start_ticks is not None
        and run.tags.get(_BOOT) == user.boot_id
        and run.tags.get(_START) == str(user.start_ticks)
        and run.tags.get(_PID) in pids
    )


def run_history(histories: FleetHistories, run: Run, wait_seconds: float) -> HistoryView | None:
    """Returns the history of all GPUs during a run, at most its last `MAX_DAYS`; None if there is no such time."""
    now = time.time_ns() // 1_000_000
    if run.started_at is None or run.status is RunStatus.SCHEDULED:
        return None
    until = now if run.ended_at is None else min(now, round(run.ended_at.timestamp() * 1000))
    since = max(round(run.started_at.timestamp() * 1000), until - MAX_DAYS * 86_400_000, 0)
    if since >= until or now - until > MAX_DAYS * 86_400_000:
        return None
    return histories.view(Span(since_ms=since, until_ms=None if run.ended_at is None else until), wait_seconds)


def _run(runs: RunTable, user: GpuUser) -> Run | None:
    if user.run_id is not None:
        return runs.get(user.run_id)
    if user.start_ticks is None:
        return None
    rows: Iterable[int] = runs.rows_with_tag(_START, str(user.start_ticks))[:_MAX_OF_A_TICK]
    return next((run for run in runs.runs(rows) if is_user_of(user, run)), None)
