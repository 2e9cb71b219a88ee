"""Patterns that readers type, by RE2: it looks at each character once, where Python's own engine can need hours.

It knows no backreferences and no looking around.
"""

from typing import Any, Final

import re2

from domain.errors.artifacts.records import PatternInvalid, PatternTooLong
from domain.messages import Text

Compiled = Any
"""RE2's own, which has no types: `search`, `fullmatch`, `groupindex`."""
MOST_CHARACTERS: Final = 250
_MOST_BYTES: Final = 4 * 2**20


def compiled(shown: str, expression: str | bytes, *, in_a_line: bool = False) -> Compiled:
    """Returns the pattern that its reader typed as `shown`; one `in_a_line` never matches a line's end.

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
