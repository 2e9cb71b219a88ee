"""Regular expressions that viewers type, compiled by RE2.

RE2 reads each character once, while Python's own engine needs hours for `(a*)*b`: anybody could send a link with one.
RE2 has no backreferences and no lookaround.
"""

from typing import Any, Final

import re2

from domain.errors.artifacts.records import PatternInvalid, PatternTooLong
from domain.errors.grouping.group_refs import NamePatternInvalid, NamePatternTooLong
from domain.messages import Text

Compiled = Any
"""An RE2 pattern, which has no type annotations: `search`, `fullmatch`, `groupindex`."""
MAX_CHARACTERS: Final = 250
_MAX_BYTES: Final = 4 * 2**20


def compiled(
    shown: str,
    expression: str | bytes,
    *,
    in_a_line: bool = False,
    invalid: type[PatternInvalid] | type[NamePatternInvalid] = PatternInvalid,
    too_long: type[PatternTooLong] | type[NamePatternTooLong] = PatternTooLong,
) -> Compiled:
    """Returns the compiled pattern that a viewer typed as `shown`; one `in_a_line` never matches the end of a line.

    Raises `invalid` and `too_long`.
    """
    if len(shown) > MAX_CHARACTERS:
        raise too_long(most=MAX_CHARACTERS)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_BYTES
    options.never_nl = in_a_line
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        cause = error.args[0]
        reason = cause.decode(errors="replace") if isinstance(cause, bytes) else str(cause)
        raise invalid(pattern=shown, reason=Text(reason)) from error
    except UnicodeEncodeError as error:
        raise invalid(pattern=ascii(shown), reason=Text("half a character")) from error
