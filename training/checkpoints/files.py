"""The newest checkpoints of a run in its folder: `checkpoint/1`, `checkpoint/2` …"""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from domain.errors import ClewError
from training.checkpoints.state import FILES, STATE_FILE
from training.tracking.artifacts import Artifacts

KEPT: Final = 2
ARTIFACTS: Final = "checkpoints"
_BEING_WRITTEN: Final = ".being-written"

log = logging.getLogger(__name__)


class CheckpointFiles:
    """The numbered checkpoints in a folder; each is written atomically, and the newest two are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def numbers(self) -> list[int]:
        """The existing ones, oldest first."""
        return sorted(int(one.name) for one in self._folder.glob("[0-9]*") if one.name.isdigit())

    def write(self, save: Callable[[Path], None]) -> Path | None:
        """Lets `save` fill the folder of a new checkpoint.

        None if the disk refuses it, which does not end the training.
        """
        number = max(self.numbers, default=0) + 1
        draft, final = self._folder / _BEING_WRITTEN, self._folder / str(number)
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            save(draft)
            draft.rename(final)
        except OSError as error:
            log.warning("No checkpoint could be written; the training goes on", extra={"cause": str(error)})
            return None
        for old in self.numbers[:-KEPT]:
            shutil.rmtree(self._folder / str(old), ignore_errors=True)
        return final


def fetch_checkpoint(number: int, artifacts: Artifacts, folder: Path) -> Path:
    """Returns the folder of a checkpoint downloaded from MLflow, once it is complete.

    Raises a ClewError, or the disk's OSError.
    """
    draft, final = folder / _BEING_WRITTEN, folder / str(number)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name in FILES:
        artifacts.download(f"{ARTIFACTS}/{number}/{name}", draft / name)
    draft.rename(final)
    return final


def upload_checkpoint(folder: Path, artifacts: Artifacts) -> None:
    """Uploads it as the artifact `checkpoints/<number>`, complete once it has `state.json`; keeps one older one.

    Failures are logged only: the next upload may succeed, and the training does not depend on it.
    """
    try:
        _upload(folder, artifacts)
    except (ClewError, OSError) as error:
        more = {"checkpoint": folder.name, "cause": str(error)}
        log.warning("A checkpoint did not become an artifact; it is in the run's folder", extra=more)


def _upload(folder: Path, artifacts: Artifacts) -> None:
    for file in sorted(folder.iterdir(), key=lambda file: file.name == STATE_FILE):
        artifacts.upload(file, f"{ARTIFACTS}/{folder.name}")
    there = sorted((name for name in artifacts.folders(ARTIFACTS) if name.isdigit()), key=int)
    for old in there[:-KEPT]:
        artifacts.remove(f"{ARTIFACTS}/{old}")
