"""Where a training goes on from by MLflow: its program leaves checkpoints as artifacts of its run."""

import logging
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput, ClewError, NotFound
from mlflow_api.run_writes import RunWrites

ARTIFACTS: Final = "checkpoints"
WHOLE: Final = "state.json"
"""The last file of a checkpoint that is written."""
FILE: Final = "checkpoint.json"
_MOST_BYTES: Final = 2**12
_log = logging.getLogger(__name__)


class Checkpoint(BaseModel):
    """The artifact `checkpoints/<number>` of a run."""

    model_config = ConfigDict(frozen=True)

    run_id: Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
    number: int = Field(ge=0)


class Checkpoints:
    """The newest ones by MLflow; what was found is noted in a training's folder."""

    def __init__(self, runs: RunWrites, folders: Path) -> None:
        self._runs, self._folders = runs, folders

    def newest(self, run_id: str) -> Checkpoint | None:
        """Returns the one that a training goes on from: its own, or else another's that it took.

        Raises a ServiceError.
        """
        return self._own(run_id) or self._noted(run_id)

    def to_begin_with(self, run_id: str, attempt: int) -> Checkpoint | None:
        """Returns what `newest` does; a first attempt has none of its own yet, so that MLflow is not asked."""
        return self._noted(run_id) if attempt == 1 else self.newest(run_id)

    def has(self, run_id: str) -> bool:
        """Returns whether there is one; where MLflow does not answer, whether there was."""
        if not (self._folders / run_id).exists():
            return False
        try:
            return self.newest(run_id) is not None
        except ClewError as error:
            _log.info("Whether there is a checkpoint is not known", extra={"run_id": run_id, "cause": str(error)})
            return self._noted(run_id) is not None

    def adopt(self, run_id: str, parent_id: str) -> bool:
        """Has a training begin with another's newest; returns whether it has one now. Raises ServiceError, OSError."""
        found = self.newest(run_id) or self.newest(parent_id)
        if found is not None:
            folder = self._folders / run_id
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / f"{FILE}.new").write_text(found.model_dump_json())
            (folder / f"{FILE}.new").replace(folder / FILE)
        return found is not None

    def _own(self, run_id: str) -> Checkpoint | None:
        try:
            names = self._runs.artifact_names(run_id, ARTIFACTS)
            for number in sorted((int(name) for name in names if _is_number(name)), reverse=True):
                if WHOLE in self._runs.artifact_names(run_id, f"{ARTIFACTS}/{number}"):
                    return Checkpoint(run_id=run_id, number=number)
        except (BadInput, NotFound):  # the run is gone
            return None
        return None

    def _noted(self, run_id: str) -> Checkpoint | None:
        try:
            with (self._folders / run_id / FILE).open("rb") as file:
                return Checkpoint.model_validate_json(file.read(_MOST_BYTES))
        except (OSError, ValidationError):
            return None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10
