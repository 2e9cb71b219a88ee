"""Leaves a run to the host that imports it, and takes it over once that host makes no progress."""

import time
from typing import Final

from mlflow_api.run_writes import StoredRun
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.imported_run import ImportedRun

_CHECK_SECONDS: Final = 2.0
"""How often another host's progress is read."""


class TakeoverWatch:
    """For one folder: since when its run has had no progress, and when to check again."""

    def __init__(self, host: str, stall_seconds: float) -> None:
        self._host = host
        self._stall_seconds = stall_seconds
        self._waits_until = 0.0
        self._unchanged_since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether another host was importing it at the last check."""
        return time.monotonic() < self._waits_until

    def run_of_other_host(self, run: ImportedRun) -> StoredRun | None:
        """Returns the run as another host has written it so far, if that host is still importing it.

        None if this host should write it.
        """
        if run.tags.get(run_tags.HOST) == self._host:
            return None
        now, moment = run.read_again(), time.monotonic()
        if self._unchanged_since is None or run_tags.files_in(now.tags) != run.progress:
            self._unchanged_since = moment
        if moment - self._unchanged_since > self._stall_seconds:
            run.tag({run_tags.HOST: self._host})
            return None
        self._waits_until = moment + _CHECK_SECONDS
        return now
