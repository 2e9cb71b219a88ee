"""A regular expression that a viewer typed, matched against the names of runs."""

from functools import lru_cache
from typing import Final

from domain.errors.grouping.group_refs import NamePatternInvalid, NamePatternTooLong
from domain.patterns.linear import compiled

# Longer names are cut here before they are matched.
_MAX_OF_A_NAME: Final = 1_000


class NamePattern:
    """A pattern whose first group, or whole match where it has no group, is the part of a name that makes a group."""

    def __init__(self, pattern: str) -> None:
        """Compiles the pattern; raises NamePatternInvalid and NamePatternTooLong."""
        self._compiled = compiled(pattern, pattern, invalid=NamePatternInvalid, too_long=NamePatternTooLong)

    def value(self, name: str) -> str | None:
        """Returns the first group in `name`, or the whole match; None where nothing matches."""
        found = self._compiled.search(_readable(name))
        if found is None:
            return None
        value: str | None = found.group(1 if found.re.groups else 0)
        return value


@lru_cache(256)
def name_pattern(pattern: str) -> NamePattern:
    """Returns the pattern, compiled once; raises as NamePattern does."""
    return NamePattern(pattern)


def _readable(name: str) -> str:
    """Returns the name in valid UTF-8, as RE2 needs it: JSON may carry half a character of UTF-16."""
    return name[:_MAX_OF_A_NAME].encode("utf-8", "replace").decode()
