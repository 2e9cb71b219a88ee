"""The runs that Clew itself changed recently: MLflow has no "updated at", and a change should appear at once."""

import contextlib
import fcntl
import logging
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from domain.tracking.compared import is_run_id

# A full reading, after which these are not needed, may take minutes, and starts ten times as long after the last one.
KEPT_SECONDS: Final = 7_200.0
_MAX_BYTES: Final = 4 * 2**20
log = logging.getLogger(__name__)


class OwnChanges:
    """A file of lines with moment and run, to which every worker of the host appends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "own-changes"

    def add(self, run_ids: Iterable[str]) -> None:
        """Records that these runs were changed, or may have been, before now."""
        now = time.time()
        lines = "".join(f"{now:.6f} {run_id}\n" for run_id in run_ids)
        try:
            with self._path.open("a+", encoding="ascii") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if file.tell() > _MAX_BYTES:
                    _forget_old(file, now - KEPT_SECONDS)
                file.write(lines)
        except (OSError, ValueError) as error:
            log.warning("changed runs show when all are read anew", extra={"cause": str(error)})

    def since(self, moment: datetime) -> list[str]:
        """Returns the runs that were changed since then, each once."""
        try:
            text = self._path.read_text("ascii", "replace")
        except OSError:
            return []
        return [run_id for run_id, at in _last(text).items() if at >= moment.timestamp()]


def _last(text: str) -> dict[str, float]:
    """Returns when each run was changed last; an invalid line is one that is just being written."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        at, _space, run_id = line.partition(" ")
        if is_run_id(run_id):
            with contextlib.suppress(ValueError):
                found[run_id] = float(at)
    return found


def _forget_old(file: IO[str], oldest: float) -> None:
    file.seek(0)
    kept = {run_id: at for run_id, at in _last(file.read()).items() if at >= oldest}
    file.truncate(0)
    file.write("".join(f"{at:.6f} {run_id}\n" for run_id, at in kept.items()))
