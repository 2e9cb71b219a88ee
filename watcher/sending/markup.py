"""Names as they were given: what a chat takes for a mention, a link or Markdown is neither in our messages."""

import re
from collections.abc import Callable
from typing import Final

Literal = Callable[[str], str]
_NOTHING: Final = "\N{ZERO WIDTH SPACE}"
# These show text, or are programs that want it as it is.
_PLAIN: Final = frozenset({"json", "xml", "form", "mailto", "ntfy", "gotify", "syslog", "rsyslog"})
# These draw Markdown also in what is declared to be plain text; for others that draw it, Apprise escapes it.
_MARKDOWN: Final = frozenset({"discord", "fluxer", "guilded", "mmost", "revolt", "zulip"})
# "@everyone", "<!channel>", "[words](https://elsewhere)" and Slack's "https://elsewhere|words>".
_CALLS: Final = re.compile(r"@|<|!(?=\w)|\](?=\()|:(?=//)")
# An underline between letters is a name's own.
_MARKS: Final = re.compile(r"[\\`*~|\[\]()#>+-]|(?<![^\W_])_|_(?![^\W_])")


def literal(url: str) -> Literal:
    """Escapes a sentence so that it shows as it is at the receiver of this Apprise address."""
    scheme = url.partition("://")[0].lower()
    kind = scheme if scheme in _PLAIN | _MARKDOWN else scheme.removesuffix("s")
    if kind in _PLAIN:
        return str
    return _without_marks if kind in _MARKDOWN else _without_calls


def _without_calls(text: str) -> str:
    return _CALLS.sub(rf"\g<0>{_NOTHING}", text)


def _without_marks(text: str) -> str:
    return _without_calls(_MARKS.sub(r"\\\g<0>", text))
