"""Escapes names, so that no chat takes them for a mention, a link or Markdown."""

import re
from collections.abc import Callable
from typing import Final

Literal = Callable[[str], str]
_NOTHING: Final = "\N{ZERO WIDTH SPACE}"
# These show plain text, or are programs that want it unchanged.
_PLAIN: Final = frozenset({"json", "xml", "form", "mailto", "ntfy", "gotify", "syslog", "rsyslog"})
# These render Markdown even in text declared as plain; for others that render it, Apprise escapes it.
_MARKDOWN: Final = frozenset({"discord", "fluxer", "guilded", "mmost", "revolt", "zulip"})
# "@everyone", "<!channel>", "[words](https://elsewhere)" and Slack's "https://elsewhere|words>".
_CALLS: Final = re.compile(r"@|<|!(?=\w)|\](?=\()|:(?=//)")
# An underscore between letters does not start emphasis.
_MARKS: Final = re.compile(r"[\\`*~|\[\]()#>+-]|(?<![^\W_])_|_(?![^\W_])")


def literal(url: str) -> Literal:
    """Returns the function that escapes text for the receiver at this Apprise address."""
    scheme = url.partition("://")[0].lower()
    kind = scheme if scheme in _PLAIN | _MARKDOWN else scheme.removesuffix("s")
    if kind in _PLAIN:
        return str
    return _without_marks if kind in _MARKDOWN else _without_calls


def _without_calls(text: str) -> str:
    return _CALLS.sub(rf"\g<0>{_NOTHING}", text)


def _without_marks(text: str) -> str:
    return _without_calls(_MARKS.sub(r"\\\g<0>", text))
