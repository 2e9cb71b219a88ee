"""Answers `/history`: merges stored buckets into the requested steps."""

import sqlite3
from collections import Counter
from typing import Any, Final

from domain.errors.fleet.history import HistoryFileFailing
from domain.fleet.kept_history import GpuUser, HistoryQuery, KeptGpu, KeptHistory, KeptUse
from domain.gpus import Troubled
from domain.message_data import coded
from domain.messages import Text
from gpu_monitor.history.buckets import BUCKET_MS, VALUES
from gpu_monitor.history.history_file import HistoryFile, place_of, user_of

_DIGITS: Final = 6  # the mean of values that are all 100 % may come to 100.00000000000001, which is no valid percentage
_MEANS: Final = ", ".join(
    f"sum({name} * covered) / sum(CASE WHEN {name} IS NULL THEN NULL ELSE covered END)" for name in VALUES
)
_STEPS: Final = "(at - :since) / :step AS step"
_WITHIN: Final = "at >= :since AND at < :until"
_SAMPLES: Final = f"SELECT gpu, {_STEPS}, sum(covered), {_MEANS} FROM sample WHERE {_WITHIN} GROUP BY gpu, step"
_USES: Final = """
SELECT use.gpu, use.user, (use.at - :since) / :step AS step, sum(use.share * sample.covered)
FROM use JOIN sample USING (at, gpu) WHERE use.at >= :since AND use.at < :until GROUP BY use.gpu, use.user, step"""
_USERS: Final = f"SELECT number, marks FROM user WHERE number IN (SELECT user FROM use WHERE {_WITHIN})"
_LONGEST: Final = f"SELECT gpu, user FROM use WHERE {_WITHIN} GROUP BY gpu, user ORDER BY gpu, sum(share) DESC"
MAX_NAMED: Final = 200
"""Up to so many processes of a GPU, those that used it longest, have a column each; the others are merged by owner."""


def kept_history(file: HistoryFile, query: HistoryQuery, host: str, hours: float) -> KeptHistory:
    """Returns the content of `file` for a time range; if the file cannot be read, the answer says so."""
    steps, trouble = query.steps, file.trouble
    gpus: list[KeptGpu] = []
    oldest = None
    try:
        with file.reading() as database:
            if database is not None:
                gpus = list(_read(database, query, steps).values())
                oldest = database.execute("SELECT min(at) FROM sample").fetchone()[0]
    except sqlite3.Error as error:
        trouble = trouble or HistoryFileFailing(str(file.path), Text(error))
    failure: dict[str, Any] = {} if trouble is None else Troubled(**coded(trouble, "error")).model_dump()
    return KeptHistory(
        host=host,
        since_ms=query.since_ms,
        step_ms=query.step_s * 1000,
        steps=steps,
        kept_hours=hours,
        kept_since_ms=oldest,
        gpus=gpus,
        **failure,
    )


def _read(database: sqlite3.Connection, query: HistoryQuery, steps: int) -> dict[int, KeptGpu]:
    span = {"since": query.since_ms, "until": query.until_ms, "step": query.step_s * 1000}
    places = {number: place_of(text) for number, text in database.execute("SELECT number, place FROM gpu")}
    users = _users(database, span)
    found: dict[int, KeptGpu] = {}
    buckets = query.step_s * 1000 / BUCKET_MS
    for gpu, step, covered, *means in database.execute(_SAMPLES, span):
        kept = found.setdefault(gpu, _empty(places[gpu]._asdict(), steps))
        kept.covered[step] = min(1.0, covered / buckets)
        for name, mean in zip(VALUES, means, strict=True):
            getattr(kept, name)[step] = None if mean is None else round(mean, _DIGITS)
    uses: dict[tuple[int, GpuUser], KeptUse] = {}
    for gpu, number, step, share in database.execute(_USES, span):
        user = users[gpu, number]
        if (gpu, user) not in uses:
            uses[gpu, user] = KeptUse(user=user, share=[0.0] * steps)
            found[gpu].uses.append(uses[gpu, user])
        covered_buckets, used_buckets = found[gpu].covered[step] * buckets, uses[gpu, user].share
        used_buckets[step] = min(1.0, used_buckets[step] + share / covered_buckets) if covered_buckets else 0.0
    return found


def _users(database: sqlite3.Connection, span: dict[str, int]) -> dict[tuple[int, int], GpuUser]:
    """Returns the user under which each stored user of a GPU is reported, by the ids of both.

    Many short processes are merged by owner.
    """
    known = {number: user_of(text) for number, text in database.execute(_USERS, span)}
    named: Counter[int] = Counter()
    users = {}
    for gpu, number in database.execute(_LONGEST, span):
        named[gpu] += 1
        user = known[number]
        users[gpu, number] = user if named[gpu] <= MAX_NAMED else GpuUser(owner=user.owner)
    return users


def _empty(place: dict[str, Any], steps: int) -> KeptGpu:
    nothing: dict[str, Any] = {name: [None] * steps for name in VALUES}
    return KeptGpu(**place, covered=[0.0] * steps, **nothing)
