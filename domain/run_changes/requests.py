"""Requests that change several runs at once."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from domain.run_changes.changes import RunChange

MAX_RUNS: Final = 1_000
"""Runs of one request."""
RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class RunAction(StrEnum):
    """What to do with each of the runs."""

    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"


class ManyRuns(BaseModel):
    """A request for several runs; `change` is set if and only if the action is "change"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: RunAction
    runs: list[RunId] | None = Field(None, max_length=MAX_RUNS)
    change: RunChange | None = None

    @model_validator(mode="after")
    def _has_an_action(self) -> Self:
        if (self.action is RunAction.CHANGE) != (self.change is not None):
            raise PydanticCustomError("changes_nothing", "contains nothing to change")
        return self
