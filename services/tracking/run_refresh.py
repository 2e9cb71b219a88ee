"""One refresh of the runs per host, without a leader or a timer.

A worker that is asked for runs which are due tries the host's lock; the winner refreshes in a thread, the others serve
what is known. Without viewers there are no requests.
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
from services.sharing.free_memory import trim_memory
from services.sharing.reading import Attempt, Reading
from services.sharing.shared_file import cache_folder
from services.sharing.snapshot import Snapshot
from services.tracking.run_source import RunSource
from services.tracking.table_form import TableForm

# A user's refresh waits this long for another worker's.
LOCK_SECONDS = 60.0
# The file of an older Clew: the same list as JSON.
_FORMER = "runs.json"


class RefreshKind(Enum):
    """What a refresh should read."""

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
            # A page polls six times per period: a refresh that is due after a third of it is shown well within one,
            # even if slow.
            due_after=timedelta(seconds=refresh_seconds / 3),
        )

    def newest(self) -> Reading[RunTable]:
        """Returns the runs that this host read last, and the outcome of its newest refresh."""
        return self._snapshot.newest()

    def failure_of(self, known: Reading[RunTable]) -> Failure | None:
        """Returns the failure of the newest refresh, if any; else that of the disk."""
        cause = self._snapshot.disk_failure
        return known.failure or (None if cause is None else Failure.because(ClewCache(), Text(cause)))

    def is_due(self) -> bool:
        """Returns whether the runs should be read again; after a failure soon, but not at once."""
        return self._snapshot.is_due(self.newest())

    def start(self, kind: RefreshKind) -> Future[None]:
        """Starts or joins a refresh that is due.

        One that a user requests begins after the request, and is shared by all who wait.
        """
        reading = self._started(kind)
        reading.add_done_callback(self._trim_memory)
        return reading

    def _started(self, kind: RefreshKind) -> Future[None]:
        if kind is RefreshKind.WHAT_IS_DUE:
            return self._snapshot.start_if_due()
        if kind is RefreshKind.CHANGES:
            return self._snapshot.start_shared(kind.name, self._read, lambda _any: True, LOCK_SECONDS)
        return self._snapshot.start_shared(kind.name, self._read_everything, _was_full, LOCK_SECONDS)

    def _trim_memory(self, _reading: Future[None]) -> None:
        """Frees memory, so that a worker that built a table is no larger than those that only map it."""
        if self._has_made:
            self._has_made = False
            self._snapshot.newest()  # replaces the built table by the mapped one
            trim_memory()

    def _read_everything(self, known: Reading[RunTable]) -> RunTable:
        as_of = datetime.now(UTC)

        def arrived(table: RunTable) -> None:
            """Shows a part of the runs; it never replaces a complete list, but may extend an incomplete one."""
            nonlocal as_of
            if table.progress is None:
                self._snapshot.show(table, as_of)
                as_of = datetime.now(UTC)
            elif known.value is None or known.value.progress is not None:
                shown = table if known.value is None else RunTable.joined([known.value, table], table.facts)
                self._snapshot.show(shown.with_facts(version=f"{table.version} {len(table)}"))
                trim_memory()  # each part is as large as all that came before it, and there are many

        self._has_made = True
        return self._source.everything(known.value, arrived)

    def _read(self, known: Reading[RunTable]) -> RunTable:
        """Returns changes; or everything if that is due, or if a clock that was set back makes their time unknown."""
        now, runs, as_of = datetime.now(UTC), known.value, known.as_of
        is_whole = runs is not None and runs.progress is None and runs.swept_at <= now
        if runs is None or as_of is None or as_of > now or not is_whole or self._source.sweep_is_due(runs):
            return self._read_everything(known)
        changed = self._source.changes(runs, as_of)
        self._has_made = self._has_made or changed is not runs
        return changed


def _was_full(attempt: Attempt) -> bool:
    return attempt.scope == RefreshKind.EVERYTHING.name
