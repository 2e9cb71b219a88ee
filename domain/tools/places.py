"""Places where a run records a parameter word: a parameter, a path inside one, a tag, or its name."""

import ast
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, model_validator

# A longer text is not a configuration to read a single value from.
_LONGEST_TEXT: Final = 50_000
# A longer name could make a pattern with several parts run for seconds.
_LONGEST_SEARCHED: Final = 500
_TABLE_ROW: Final = re.compile(r"^\|([^|\n]+)\|([^|\n]*)\|$", re.MULTILINE)


class Place(BaseModel):
    """One place: a parameter, a tag or the run's name; `inside` is the path in a nested text, `pattern` extracts the
    value.

    The pattern is searched for, and its first group is the value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    param: str | None = None
    tag: str | None = None
    name: bool = False
    inside: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.param is not None) + (self.tag is not None) + self.name != 1:
            raise ValueError("a place is one of param, tag and name")
        if self.pattern is not None and self.pattern.groups != 1:
            raise ValueError(f"{self.pattern.pattern!r} has not one group")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether the parameter itself is the value."""
        return self.param is not None and not self.inside and self.pattern is None

    @property
    def label(self) -> str:
        """The name of the place for users: `seed`, `env.env_name`, `mlflow.runName` for the run's name."""
        return ".".join((self.param or self.tag or "mlflow.runName", *self.inside))

    def text(self, params: Mapping[str, str], tags: Mapping[str, str], name: str) -> str | None:
        """Returns the text that holds the value; None where the run has none."""
        if self.param is not None:
            return params.get(self.param)
        return name if self.tag is None else tags.get(self.tag)

    def value(self, text: str) -> str | None:
        """Returns the value in a text of this place; None where it is not there."""
        found: str | None = nested_value(text, self.inside) if self.inside else text
        if self.pattern is None or found is None:
            return found
        if len(found) > _LONGEST_SEARCHED:
            return None
        match = self.pattern.search(found)
        return None if match is None else match[1]


def nested_value(text: str, path: tuple[str, ...]) -> str | None:
    """Returns the value at `path` in a text that is JSON, a Python dictionary or a Markdown table; None if there is
    none.
    """
    found: Any = _read(text)
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return None if found is None or isinstance(found, Mapping | list | tuple | set) else str(found)


@lru_cache(maxsize=1_024)  # runs of one sweep share their configuration, and several words are read from it
def _read(text: str) -> Any:
    if len(text) > _LONGEST_TEXT:
        return None
    if rows := _TABLE_ROW.findall(text):
        return {key.strip(): value.strip() for key, value in rows}
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return None
