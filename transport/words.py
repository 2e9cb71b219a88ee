"""Error messages of other programs, as they may be shown: shortened, without secrets and HTML."""

import re
from typing import Any, Final

import orjson

from domain.addresses import hiding_credentials
from domain.message_data import message_in
from domain.messages import Reason

MAX_LETTERS: Final = 600
_TAIL: Final = 200  # important numbers often come last
_MAX_BYTES: Final = 2**18
_PAGE: Final = re.compile(r"<\s*(!doctype|html|head|body|title|script)\b", re.IGNORECASE)
# Names of secrets, as in settings, headers and signed addresses, followed by their values.
_SECRET: Final = re.compile(
    r"(?i)([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential|signature|api[_-]?key|access[_-]?key)[\w.-]*"
    r"[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
)
_AUTHORIZATION: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")


def reason_in(content: bytes) -> Reason | None:
    """Returns why another program failed, by code if it sends one; None if its answer contains no reason."""
    if len(content) > _MAX_BYTES:
        return None
    try:
        return reason_of(orjson.loads(content))
    except orjson.JSONDecodeError:
        return None


def reason_of(answer: Any) -> Reason | None:
    """Returns the reason from decoded JSON, as `reason_in` does."""
    if not isinstance(answer, dict):
        return None
    text = _words(answer.get("message")) or _words(answer.get("error"))
    if not text:
        return None
    details = _words(answer.get("details"))
    return message_in(answer, f"{text}: {details}" if details else text)


def shown(text: str) -> str:
    """Returns the text on one line, shortened in the middle, and without possible secrets."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    text = _AUTHORIZATION.sub(r"\1 ***", _SECRET.sub(r"\1***", hiding_credentials(text)))
    if len(text) <= MAX_LETTERS:
        return text
    return f"{text[: MAX_LETTERS - _TAIL - 3]} … {text[-_TAIL:]}"


def _words(text: object) -> str:
    """Returns the text as it is shown; empty for an HTML page."""
    return shown(text) if isinstance(text, str) and not _PAGE.search(text) else ""
