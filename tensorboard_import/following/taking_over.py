"""Another host's run: left to it while it goes on, and taken over when it stands still."""

import time
from typing import Final

from mlflow_api.run_writes import StoredRun
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.imported_run import ImportedRun

_LOOK_SECONDS: Final = 2.0
"""How often another host's progress is read."""


class TakingOver:
    """Of one folder: how long the run's progress has stood still, and when it is to be read again."""

    def __init__(self, host: str, stand_still_seconds: float) -> None:
        self._host = host
        self._stand_still_seconds = stand_still_seconds
        self._waits_until = 0.0
        self._stands_since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether another host was at it a moment ago."""
        return time.monotonic() < self._waits_until

    def of_another(self, run: ImportedRun) -> StoredRun | None:
        """Returns the run as another host has it by now, if it is left to that one.

        None where it is this host's to write.
        """
        if run.tags.get(run_tags.HOST) == self._host:
            return None
        now, moment = run.read_again(), time.monotonic()
        if self._stands_since is None or run_tags.files_in(now.tags) != run.progress:
            self._stands_since = moment
        if moment - self._stands_since > self._stand_still_seconds:
            run.tag({run_tags.HOST: self._host})
            return None
        self._waits_until = moment + _LOOK_SECONDS
        return now
