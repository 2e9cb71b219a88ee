"""A run's present changeable values, and the results of changes."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from domain.run_changes.changes import RunTexts
from domain.run_changes.history import RecordedChange, changes_in
from domain.run_changes.marks import CHANGE_TAG, NAME_TAG, Marks, marks_in


class RunNow(BaseModel):
    """A run's changeable fields as MLflow has them now, and its newest changes, the last one first."""

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
        """Reads a run's texts; the tags that record changes are converted to those changes."""
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
    """A deleted or restored run, by id and name."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    name: str


class MovedRuns(BaseModel):
    """The deleted or restored runs, the requested one first; `models` were made from them, and are kept."""

    model_config = ConfigDict(frozen=True)

    runs: list[MovedRun]
    models: list[str] = Field(description="registered models and their versions")


def texts_in(name: str, tags: Mapping[str, str]) -> RunTexts:
    """Returns a run's changeable texts; a name that MLflow keeps only as a tag is used."""
    return RunTexts(name or tags.get(NAME_TAG, ""), tags)
