"""Messages in the reader's language, made from their code and parameters when they are displayed.

assets/translate.js fills the same templates for messages that arrive over a socket.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from components.texts.language import _
from domain.errors.catalogue import TEMPLATES
from domain.messages import Message, Reason, as_json, rendered


def translate(message: Reason | str) -> str:
    """Returns the sentence of a message in the reader's language; text of other programs stays as it is."""
    return translate_json(as_json(message))


def translate_json(value: Any) -> str:
    """Translates the JSON form of a message, as `domain.messages.as_json` returns it."""
    return rendered(value, _template)


def templates(codes: Iterable[str]) -> dict[str, str]:
    """Returns the templates of these codes in the reader's language, for the browser."""
    return {code: _(TEMPLATES[code]) for code in sorted(codes)}


def codes_in(*modules: ModuleType) -> frozenset[str]:
    """Returns the codes of all messages that these modules define."""
    kinds = (one for module in modules for one in vars(module).values())
    return frozenset(one.code for one in kinds if isinstance(one, type) and issubclass(one, Message) and one.code)


def _template(code: str) -> str | None:
    return _(TEMPLATES[code]) if code in TEMPLATES else None
