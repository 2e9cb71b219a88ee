"""Messages about invalid settings, in English for the terminal."""

import re
from typing import Any, Final

from pydantic import ValidationError

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.secrets import HIDDEN, may_hold_credentials

_SECRETS: Final = ("password", "token", "secret", "store_uri")
_ADDRESSES: Final = ("url", "urls", "uri")
_IN_EVERY_ADDRESS: Final = ("http", "https", "ws", "wss", "=")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


def explain(error: ValidationError) -> str:
    """Formats each invalid setting with its name, its value and the reason, a line each, without secrets."""
    return "\n".join(_line(details) for details in error.errors())


def wrong_settings(error: ValidationError) -> InvalidArgument:
    """Returns the error with which a process with invalid settings ends."""
    return InvalidArgument(Text(explain(error)))


def _line(details: Any) -> str:
    name = str(details["loc"][0]) if details["loc"] else ""
    given = details["input"]
    value, message = str(given), details["msg"].removeprefix("Value error, ")
    if name.endswith(_SECRETS) or (_is_address(name, value) and may_hold_credentials(value)):
        # It is unknown where a password begins and ends in an invalid address.
        return f"Setting {name.upper()}={HIDDEN}: {_without_parts_of(value, message)}."
    return f"Setting {name.upper()}={value if isinstance(given, int | float) else repr(value)}: {message}."


def _is_address(name: str, value: str) -> bool:
    """Returns whether the value is, or was meant as, an address; a colon alone does not count, as in a network."""
    return name.endswith(_ADDRESSES) or "://" in value or "@" in value


def _without_parts_of(value: str, message: str) -> str:
    """Removes quoted parts of the value from the message."""
    return _QUOTED.sub(lambda quoted: f"'{HIDDEN}'" if _is_part(quoted[0][1:-1], value) else quoted[0], message)


def _is_part(quoted: str, value: str) -> bool:
    """Returns whether it is a part of the value, as is or as Python writes it, except parts common to every address."""
    return quoted not in _IN_EVERY_ADDRESS and any(quoted in spelled for spelled in (value, repr(value)))
