"""What another program says of its failure, as it may be shown: its own words, bounded, without secrets, no page."""

import re
from typing import Any, Final

import orjson

from domain.addresses import hiding_credentials
from domain.message_data import message_in
from domain.messages import Reason

MOST_LETTERS: Final = 600
_TAIL: Final = 200  # the numbers that matter often come last
_MOST_BYTES: Final = 2**18
_PAGE: Final = re.compile(r"<\s*(!doctype|html|head|body|title|script)\b", re.IGNORECASE)
# Names of secrets, as settings, headers and signed addresses have them, and what stands beside them.
_SECRET: Final = re.compile(
    r"(?i)([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|credential|signature|api[_-]?key|access[_-]?key)[\w.-]*"
    r"[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
)
_AUTHORIZATION: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")


def reason_in(content: bytes) -> Reason | None:
    """Returns why another program failed, by a code of ours where it gives one; None where it says nothing of use."""
    if len(content) > _MOST_BYTES:
        return None
    try:
        return reason_of(orjson.loads(content))
    except orjson.JSONDecodeError:
        return None


def reason_of(answer: Any) -> Reason | None:
    """Returns the reason as `reason_in` does, of decoded JSON."""
    if not isinstance(answer, dict):
        return None
    text = _words(answer.get("message")) or _words(answer.get("error"))
    if not text:
        return None
    details = _words(answer.get("details"))
    return message_in(answer, f"{text}: {details}" if details else text)


def shown(text: str) -> str:
    """Returns the text on one line, its middle left out where it is long, and without what may be a secret."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    text = _AUTHORIZATION.sub(r"\1 ***", _SECRET.sub(r"\1***", hiding_credentials(text)))
    if len(text) <= MOST_LETTERS:
        return text
    return f"{text[: MOST_LETTERS - _TAIL - 3]} … {text[-_TAIL:]}"


def _words(text: object) -> str:
    """Returns the text as it is shown; nothing of a page that another program made of its failure."""
    return shown(text) if isinstance(text, str) and not _PAGE.search(text) else ""
