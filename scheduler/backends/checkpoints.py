"""Checkpoints in MLflow: programs upload them as artifacts of their runs."""

import logging
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput, ClewError, NotFound
from mlflow_api.run_writes import RunWrites

ARTIFACTS: Final = "checkpoints"
WHOLE: Final = "state.json"
"""The file of a checkpoint that is written last."""
FILE: Final = "checkpoint.json"
_MAX_BYTES: Final = 2**12
_log = logging.getLogger(__name__)


class Checkpoint(BaseModel):
    """The artifact `checkpoints/<number>` of a run."""

    model_config = ConfigDict(frozen=True)

    run_id: Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
    number: int = Field(ge=0)


class Checkpoints:
    """Finds the newest checkpoints in MLflow, and stores the results in the trainings' folders."""

    def __init__(self, runs: RunWrites, folders: Path) -> None:
        self._runs, self._folders = runs, folders

    def newest(self, run_id: str) -> Checkpoint | None:
        """Returns the checkpoint that a training continues from: its own, else one adopted from another training.

        Raises a ServiceError.
        """
        return self._own(run_id) or self._adopted_checkpoint(run_id)

    def newest_for_attempt(self, run_id: str, attempt: int) -> Checkpoint | None:
        """Returns the result of `newest`, without asking MLflow for a first attempt, which has none of its own yet."""
        return self._adopted_checkpoint(run_id) if attempt == 1 else self.newest(run_id)

    def has(self, run_id: str) -> bool:
        """Returns whether there is one; if MLflow does not answer, whether there was."""
        if not (self._folders / run_id).exists():
            return False
        try:
            return self.newest(run_id) is not None
        except ClewError as error:
            _log.info("Whether there is a checkpoint is not known", extra={"run_id": run_id, "cause": str(error)})
            return self._adopted_checkpoint(run_id) is not None

    def adopt(self, run_id: str, parent_id: str) -> bool:
        """Lets a training start from another's newest; returns whether it has one now. Raises ServiceError, OSError."""
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
        except (BadInput, NotFound):  # the run has been deleted
            return None
        return None

    def _adopted_checkpoint(self, run_id: str) -> Checkpoint | None:
        try:
            with (self._folders / run_id / FILE).open("rb") as file:
                return Checkpoint.model_validate_json(file.read(_MAX_BYTES))
        except (OSError, ValidationError):
            return None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10
