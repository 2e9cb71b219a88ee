"""What a wrong setting is told: for whoever starts a process in a terminal, in English."""

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from domain.addresses import hiding_credentials
from domain.errors.records import InvalidArgument
from domain.messages import Text

_SECRETS: Final = ("password", "token", "secret", "store_uri")


def explain(error: ValidationError) -> str:
    """Says for each wrong setting its name, its value and what would be right, a line each."""
    return "\n".join(
        f"Setting {'_'.join(map(str, e['loc'][:1])).upper()}={_shown(e)}: {e['msg'].removeprefix('Value error, ')}."
        for e in error.errors()
    )


def wrong_settings(error: ValidationError) -> InvalidArgument:
    """Returns the error that a process ends with whose settings are wrong."""
    return InvalidArgument(Text(explain(error)))


def _shown(details: Any) -> str:
    """The value as given, but never a secret."""
    name = str(details["loc"][0]) if details["loc"] else ""
    given = details["input"]
    return (
        "***" if name.endswith(_SECRETS) else hiding_credentials(repr(str(given) if isinstance(given, Path) else given))
    )
