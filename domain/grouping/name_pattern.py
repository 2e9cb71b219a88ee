"""A user's regular expression, matched against the names of runs in linear time."""

from functools import lru_cache
from typing import Final

import re2

from domain.errors.grouping.group_refs import NamePatternInvalid, NamePatternTooLong
from domain.messages import Text

MOST_CHARACTERS: Final = 250
# Only this much of a name is matched.
_MOST_OF_A_NAME: Final = 1_000
_MOST_BYTES: Final = 4 * 2**20


class NamePattern:
    """A pattern whose first group, or else its whole match, is the value a name is grouped by.

    It uses RE2, which runs in linear time: Python's own engine needs hours for `(a*)*b`, and each viewer of a link
    would trigger that. RE2 has no backreferences and no lookaround.
    """

    def __init__(self, pattern: str) -> None:
        """Raises NamePatternInvalid and NamePatternTooLong."""
        if len(pattern) > MOST_CHARACTERS:
            raise NamePatternTooLong(most=MOST_CHARACTERS)
        try:
            self._compiled = re2.compile(pattern, _options())
        except re2.error as error:
            cause = error.args[0]
            reason = cause.decode(errors="replace") if isinstance(cause, bytes) else str(cause)
            raise NamePatternInvalid(pattern=pattern, reason=Text(reason)) from error
        except UnicodeEncodeError as error:
            raise NamePatternInvalid(pattern=ascii(pattern), reason=Text("half a character")) from error

    def value(self, name: str) -> str | None:
        """Returns the match in `name`: the first group, or the whole match; None where there is no match."""
        found = self._compiled.search(_readable(name))
        if found is None:
            return None
        value: str | None = found.group(1 if found.re.groups else 0)
        return value


@lru_cache(256)
def name_pattern(pattern: str) -> NamePattern:
    """Returns the pattern, compiled once; raises as NamePattern does."""
    return NamePattern(pattern)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_BYTES
    return options


def _readable(name: str) -> str:
    """Converts a name for RE2: an unpaired surrogate of UTF-16, which JSON can carry, is not valid UTF-8."""
    return name[:_MOST_OF_A_NAME].encode("utf-8", "replace").decode()
