"""The tags by which runs are marked, and those that Clew keeps in them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

NAME_TAG: Final = "mlflow.runName"
NOTE_TAG: Final = "mlflow.note.content"
BASELINE_TAG: Final = "clew.baseline"
ARCHIVED_TAG: Final = "clew.archived"
MARKED: Final = "true"
"""What the tag of a mark says; without the tag there is no mark."""
CHANGE_TAG: Final = "clew.change."
"""What stands before the moment in the key of each change's tag."""
OWNED: Final = ("mlflow.", "clew.")
"""Tags that begin so are their owners' to change."""


class Mark(StrEnum):
    """What a run can be marked as: what others are compared with, or what lists leave out."""

    BASELINE = "baseline"
    ARCHIVED = "archived"


TAG_OF: Final = {Mark.BASELINE: BASELINE_TAG, Mark.ARCHIVED: ARCHIVED_TAG}
Marks = Annotated[list[Mark], Field(description="what it is marked as")]


def marks_in(tags: Mapping[str, str]) -> list[Mark]:
    """Returns what a run is marked as."""
    return [mark for mark, tag in TAG_OF.items() if tags.get(tag) == MARKED]
