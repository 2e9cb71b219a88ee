"""The reader's language: every text on screen goes through `_` or `ngettext`, in English in the source."""

import re
from typing import Any

import flask_babel


def _(text: str, **values: Any) -> str:
    """Returns `text` in the reader's language with %(name)s filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """Returns a text as `_` does, in the form that goes with `n`, which fills %(num)s."""
    return str(flask_babel.ngettext(one, many, n, **values))


def around(text: str, **elements: Any) -> list[Any]:
    """Replaces {name} in `text`, which is translated already, by components."""
    parts = re.split(r"\{(\w+)\}", text)
    return [elements[part] if index % 2 else part for index, part in enumerate(parts) if part]


def language() -> str:
    """Returns the code of the reader's language, such as "ja"."""
    return str(flask_babel.get_locale() or "en")
