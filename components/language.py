"""The reader's language: every text on screen goes through `_` or `ngettext`, in English in the source."""

from typing import Any

import flask_babel


def _(text: str, **values: Any) -> str:
    """`text` in the reader's language with %(name)s filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """As `_`, in the form that goes with `n`, which fills %(num)s."""
    return str(flask_babel.ngettext(one, many, n, **values))


def language() -> str:
    """The code of the reader's language, such as "ja"."""
    return str(flask_babel.get_locale() or "en")
