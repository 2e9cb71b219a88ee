"""Runs with all their metrics, if the list contains only the displayed ones: read when they are opened."""

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Final

from cachetools import LRUCache

from domain.errors import ServiceError
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from services.tracking.run_source import ColumnReader

# With 1,500 metrics each that is 100 MB.
_MAX_RUNS: Final = 200
log = logging.getLogger(__name__)


class WholeRuns:
    """Completes runs of a table with partial metrics, and caches the last ones by version."""

    def __init__(self, reader: ColumnReader | None) -> None:
        self._reader = reader
        self._kept: LRUCache[tuple[str, str], Run] = LRUCache(_MAX_RUNS)
        self._lock = threading.Lock()

    def of(self, table: RunTable, run_ids: Iterable[str]) -> Mapping[str, Run]:
        """Returns the complete runs with these ids; empty if the table has all metrics, or if reading fails."""
        if self._reader is None or table.facts.only_metrics is None:
            return {}
        run_ids = list(run_ids)
        with self._lock:
            found = {run_id: run for run_id in run_ids if (run := self._kept.get((table.version, run_id))) is not None}
        missing = {run_id: run for run_id in run_ids if run_id not in found and (run := table.get(run_id)) is not None}
        return found | self._read(self._reader, table, missing) if missing else found

    def _read(self, reader: ColumnReader, table: RunTable, missing: Mapping[str, Run]) -> dict[str, Run]:
        try:
            latest = reader.latest(list(missing))
        except ServiceError as error:
            log.warning("runs are shown with some of their metrics only", extra={"cause": str(error)})
            return {}
        found = {run_id: run.model_copy(update={"metrics": latest[run_id]}) for run_id, run in missing.items()}
        with self._lock:
            self._kept.update({(table.version, run_id): run for run_id, run in found.items()})
        return found
