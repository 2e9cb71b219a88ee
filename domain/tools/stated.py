"""What a team said that the runs of an experiment are to be read as: a tag of that, which anybody may write."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.tools.catalogue import PROFILES
from domain.tools.recognition import TOOL_TAG, UNKNOWN

READABLE: Final = frozenset({*PROFILES, UNKNOWN})
"""All that a team can say."""


class StatedTool(BaseModel):
    """A profile's id, or that none is meant; who said so and when, where that is known."""

    model_config = ConfigDict(frozen=True)

    tool: str
    by: str | None = None
    at: datetime | None = None

    def text(self) -> str:
        """Returns what the tag holds, which `parse` reads."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def parse(cls, text: str) -> "StatedTool | None":
        """Reads a tag: an id alone, or what `text` wrote; None where it names no profile, and so says nothing."""
        try:
            found = cls.model_validate(json.loads(text)) if text.startswith("{") else cls(tool=text.strip())
        except (ValueError, ValidationError, RecursionError):
            return None
        return found if found.tool in READABLE else None


def stated_tools(marks: Mapping[str, Iterable[str]]) -> dict[str, StatedTool]:
    """Returns what was stated of each experiment by id, of what each says of itself as `key=value`."""
    begins = f"{TOOL_TAG}="
    texts = {
        key: mark.removeprefix(begins)
        for key, texts_of_mark in marks.items()
        for mark in texts_of_mark
        if mark.startswith(begins)
    }
    return {key: stated for key, text in texts.items() if (stated := StatedTool.parse(text)) is not None}
