"""A run as it can be changed, and what came of changes."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from domain.run_changes.changes import RunTexts
from domain.run_changes.history import RecordedChange, changes_in
from domain.run_changes.marks import CHANGE_TAG, NAME_TAG, Marks, marks_in


class RunNow(BaseModel):
    """What of a run can be changed, as MLflow has it at this moment, and its newest changes, the last one first."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str
    note: str = Field(description="Markdown")
    tags: dict[str, str]
    marks: Marks
    is_deleted: bool
    changes: list[RecordedChange]

    @classmethod
    def of(cls, run_id: str, texts: RunTexts, *, is_deleted: bool) -> Self:
        """Reads a run's texts; the tags that record changes become those changes."""
        return cls(
            run_id=run_id,
            name=texts.name,
            note=texts.note,
            tags={key: value for key, value in texts.tags.items() if not key.startswith(CHANGE_TAG)},
            marks=marks_in(texts.tags),
            is_deleted=is_deleted,
            changes=changes_in(texts.tags),
        )


class MovedRun(BaseModel):
    """A run that went to the trash or came back, as far as it has to be named."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str


class MovedRuns(BaseModel):
    """Which runs went or came, the one that was asked for first; `models` were made from them, and stay."""

    model_config = ConfigDict(frozen=True)

    runs: list[MovedRun]
    models: list[str] = Field(description="registered models and their versions")


def texts_in(name: str, tags: Mapping[str, str]) -> RunTexts:
    """Returns what of a run can be changed; a name that MLflow keeps as a tag alone counts."""
    return RunTexts(name or tags.get(NAME_TAG, ""), tags)
