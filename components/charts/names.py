"""Names given by users, made safe and short enough for a chart."""

import unicodedata
from html import escape
from typing import Final

MAX_WIDE: Final = 44
# These would reverse the direction of the text around them: a chart writes names and numbers into one line.
_TURNING: Final = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_BREAKS: Final = str.maketrans("\n\r\t\v\f\x85\u2028\u2029", " " * 8)


def plotly_text(name: str, most: int = MAX_WIDE) -> str:
    """Escapes `name`, shortened to `most` columns, for Plotly.

    Plotly would interpret markup, `%{…}` and formulas between dollars; it decodes entities.
    """
    return escape(shortened(name, most), quote=False).replace("%", "&#37;").replace("$", "&#36;")


def shortened(name: str, most: int = MAX_WIDE) -> str:
    """Shortens `name` to one line of at most `most` columns by cutting its middle: its ends are more distinctive."""
    line = name.translate(_BREAKS).translate(_TURNING)
    if width(line) <= most:
        return line
    tail = _cut(line[::-1], most // 2)[::-1]
    return f"{_cut(line, most - 1 - width(tail))}…{tail}"


def _cut(text: str, most: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += width(character)
        if taken > most:
            return text[:place]
    return text


def width(text: str) -> int:
    """Returns the width of `text` in columns: an ideograph takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
