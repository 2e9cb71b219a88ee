"""Users' patterns, matched by RE2 in linear time, where Python's own engine can need hours.

RE2 has no backreferences and no lookaround.
"""

from typing import Any, Final

import re2

from domain.errors.artifacts.records import PatternInvalid, PatternTooLong
from domain.messages import Text

Compiled = Any
"""An RE2 pattern, which has no type annotations: `search`, `fullmatch`, `groupindex`."""
MOST_CHARACTERS: Final = 250
_MOST_BYTES: Final = 4 * 2**20


def compiled(shown: str, expression: str | bytes, *, in_a_line: bool = False) -> Compiled:
    """Compiles the pattern that its user typed as `shown`; with `in_a_line` it never matches a line's end.

    Raises PatternInvalid and PatternTooLong.
    """
    if len(shown) > MOST_CHARACTERS:
        raise PatternTooLong(most=MOST_CHARACTERS)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_BYTES
    options.never_nl = in_a_line
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        cause = error.args[0]
        reason = cause.decode(errors="replace") if isinstance(cause, bytes) else str(cause)
        raise PatternInvalid(pattern=shown, reason=Text(reason)) from error
    except UnicodeEncodeError as error:
        raise PatternInvalid(pattern=ascii(shown), reason=Text("half a character")) from error
