"""The tags that mark runs, and those in which Clew stores data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

NAME_TAG: Final = "mlflow.runName"
NOTE_TAG: Final = "mlflow.note.content"
BASELINE_TAG: Final = "clew.baseline"
ARCHIVED_TAG: Final = "clew.archived"
MARKED: Final = "true"
"""The value of a mark's tag; without the tag there is no mark."""
CHANGE_TAG: Final = "clew.change."
"""The prefix of each change's tag; the moment follows."""
OWNED: Final = ("mlflow.", "clew.")
"""Prefixes of tags that users may not change."""


class Mark(StrEnum):
    """A mark of a run: `baseline` of comparisons, or `archived`, which is left out of lists."""

    BASELINE = "baseline"
    ARCHIVED = "archived"


TAG_OF: Final = {Mark.BASELINE: BASELINE_TAG, Mark.ARCHIVED: ARCHIVED_TAG}
Marks = Annotated[list[Mark], Field(description="its marks")]


def marks_in(tags: Mapping[str, str]) -> list[Mark]:
    """Returns the marks of a run."""
    return [mark for mark, tag in TAG_OF.items() if tags.get(tag) == MARKED]
