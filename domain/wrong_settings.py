"""What a wrong setting is told: for whoever starts a process in a terminal, in English."""

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
    """Says for each wrong setting its name, its value and what would be right, a line each; never a secret."""
    return "\n".join(_line(details) for details in error.errors())


def wrong_settings(error: ValidationError) -> InvalidArgument:
    """Returns the error that a process ends with whose settings are wrong."""
    return InvalidArgument(Text(explain(error)))


def _line(details: Any) -> str:
    name = str(details["loc"][0]) if details["loc"] else ""
    given = details["input"]
    value, message = str(given), details["msg"].removeprefix("Value error, ")
    if name.endswith(_SECRETS) or (_is_address(name, value) and may_hold_credentials(value)):
        # Nobody knows where a password begins and ends in what is no address.
        return f"Setting {name.upper()}={HIDDEN}: {_without_parts_of(value, message)}."
    return f"Setting {name.upper()}={value if isinstance(given, int | float) else repr(value)}: {message}."


def _is_address(name: str, value: str) -> bool:
    """Returns whether it is, or was meant as one; what has colons need not be, such as a network."""
    return name.endswith(_ADDRESSES) or "://" in value or "@" in value


def _without_parts_of(value: str, message: str) -> str:
    """Returns the message, what it quotes of the value taken out."""
    return _QUOTED.sub(lambda quoted: f"'{HIDDEN}'" if _is_part(quoted[0][1:-1], value) else quoted[0], message)


def _is_part(quoted: str, value: str) -> bool:
    """Returns whether it is a piece of the value, as it is or as Python writes it, but for what stands in every
    address.
    """
    return quoted not in _IN_EVERY_ADDRESS and any(quoted in spelled for spelled in (value, repr(value)))
