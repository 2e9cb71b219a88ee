"""One refresh of the runs per host: there is no leader and no timer.

A worker that is asked for runs which are due tries the host's lock; the winner refreshes in a thread, the others serve
what is there. No viewers, no requests.
"""

import contextlib
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from domain.errors.names import ClewCache
from domain.messages import Text
from domain.run_table.table import RunTable
from services.failures import Failure
from services.sharing.free_memory import give_back
from services.sharing.reading import Attempt, Reading
from services.sharing.shared_file import cache_folder
from services.sharing.snapshot import Snapshot
from services.tracking.run_source import RunSource
from services.tracking.table_form import TableForm

# What a person asks for waits as long for another worker's refresh.
LOCK_SECONDS = 60.0
# What an older Clew left: the same list as JSON.
_FORMER = "runs.json"


class Ask(Enum):
    """What a refresh is to read."""

    WHAT_IS_DUE = auto()
    CHANGES = auto()
    EVERYTHING = auto()


class RunRefresh:
    """Reads the runs of one source, for all workers of this host."""

    def __init__(self, source: RunSource, cache_dir: Path, refresh_seconds: float) -> None:
        self._source = source
        self._has_made = False
        folder = cache_folder(cache_dir, source.address)
        with contextlib.suppress(OSError):
            (folder / _FORMER).unlink(missing_ok=True)
        self._snapshot = Snapshot(
            folder,
            "runs",
            TableForm(),
            self._read,
            service=source.name,
            # A page asks six times per period: what is due after a third is on screen well within one, still running.
            due_after=timedelta(seconds=refresh_seconds / 3),
        )

    def newest(self) -> Reading[RunTable]:
        """Returns the runs that this host read last, and how its newest refresh went."""
        return self._snapshot.newest()

    def failure_of(self, known: Reading[RunTable]) -> Failure | None:
        """Returns what failed at the newest refresh, if anything; else what is wrong with the disk."""
        cause = self._snapshot.disk_failure
        return known.failure or (None if cause is None else Failure.because(ClewCache(), Text(cause)))

    def is_due(self) -> bool:
        """Returns whether the runs should be read again; after a failure soon, but not at once."""
        return self._snapshot.is_due(self.newest())

    def start(self, ask: Ask) -> Future[None]:
        """Starts a single flight of what is due.

        What a person asks for begins after they asked, one for all who wait.
        """
        reading = self._started(ask)
        reading.add_done_callback(self._give_back)
        return reading

    def _started(self, ask: Ask) -> Future[None]:
        if ask is Ask.WHAT_IS_DUE:
            return self._snapshot.start_if_due()
        if ask is Ask.CHANGES:
            return self._snapshot.start_shared(ask.name, self._read, lambda _any: True, LOCK_SECONDS)
        return self._snapshot.start_shared(ask.name, self._read_everything, _was_everything, LOCK_SECONDS)

    def _give_back(self, _reading: Future[None]) -> None:
        """Gives memory back: a worker that made a table is to be no larger than those that only map it."""
        if self._has_made:
            self._has_made = False
            self._snapshot.newest()  # what was made gives way to what is mapped
            give_back()

    def _read_everything(self, known: Reading[RunTable]) -> RunTable:
        as_of = datetime.now(UTC)

        def arrived(table: RunTable) -> None:
            """Shows a part of the runs; it never takes the place of all of them, and may add to a part that was cut
            off.
            """
            nonlocal as_of
            if table.progress is None:
                self._snapshot.show(table, as_of)
                as_of = datetime.now(UTC)
            elif known.value is None or known.value.progress is not None:
                shown = table if known.value is None else RunTable.joined([known.value, table], table.facts)
                self._snapshot.show(shown.with_facts(version=f"{table.version} {len(table)}"))
                give_back()  # each part is as large as all that came before it, and there are many

        self._has_made = True
        return self._source.everything(known.value, arrived)

    def _read(self, known: Reading[RunTable]) -> RunTable:
        """Returns what changed; everything now and then, and where a clock that was set back hides since when."""
        now, runs, as_of = datetime.now(UTC), known.value, known.as_of
        is_whole = runs is not None and runs.progress is None and runs.swept_at <= now
        if runs is None or as_of is None or as_of > now or not is_whole or self._source.sweep_is_due(runs):
            return self._read_everything(known)
        changed = self._source.changes(runs, as_of)
        self._has_made = self._has_made or changed is not runs
        return changed


def _was_everything(attempt: Attempt) -> bool:
    return attempt.scope == Ask.EVERYTHING.name
