"""The tool that a team set for the runs of an experiment: a tag of the experiment, which anyone may write."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.tools.catalogue import PROFILES
from domain.tools.recognition import TOOL_TAG, UNKNOWN

READABLE: Final = frozenset({*PROFILES, UNKNOWN})
"""The tools that a team can set."""


class StatedTool(BaseModel):
    """A profile's id, or "unknown"; who set it and when, if known."""

    model_config = ConfigDict(frozen=True)

    tool: str
    by: str | None = None
    at: datetime | None = None

    def text(self) -> str:
        """Returns the content of the tag, which `parse` reads."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def parse(cls, text: str) -> "StatedTool | None":
        """Reads a tag: an id alone, or the output of `text`; None where it names no profile."""
        try:
            found = cls.model_validate(json.loads(text)) if text.startswith("{") else cls(tool=text.strip())
        except (ValueError, ValidationError, RecursionError):
            return None
        return found if found.tool in READABLE else None


def stated_tools(marks: Mapping[str, Iterable[str]]) -> dict[str, StatedTool]:
    """Returns the tool set for each experiment by id, from its marks of the form `key=value`."""
    begins = f"{TOOL_TAG}="
    texts = {
        key: mark.removeprefix(begins)
        for key, texts_of_mark in marks.items()
        for mark in texts_of_mark
        if mark.startswith(begins)
    }
    return {key: stated for key, text in texts.items() if (stated := StatedTool.parse(text)) is not None}
