"""The subtitle of a chart: sentences side by side, in as many lines as they need."""

import re
from collections.abc import Sequence
from typing import Any, Final

from components.charts.names import plotly_text, shortened, width
from components.texts.language import _

_WIDEST: Final = 62  # columns that fit a chart on a phone
# Lines break between words, and between ideographs; an entity stays whole.
_PIECES: Final = re.compile(
    r"[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+\s*|\s+"
)
_LINE_HEIGHT: Final = 15
_NAMED: Final = 2
_NAME_WIDE: Final = 20
_REMARK_WIDE: Final = 2 * _WIDEST


def put_below(title: dict[str, Any], margin: dict[str, Any], sentences: Sequence[str]) -> None:
    """Puts these sentences below a Plotly layout's `title`, and makes room in its `margin`."""
    lines = _wrapped(sentences)
    title["subtitle"] = {"text": "<br>".join(lines)}
    margin["t"] += _LINE_HEIGHT * max(0, len(lines) - 1)


def name_list(names: Sequence[str]) -> str:
    """Returns the first of these names, short enough for a subtitle, and how many more there are."""
    shown = ", ".join(plotly_text(shortened(name, _NAME_WIDE)) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} {_('and %(n)s more', n=len(names) - _NAMED)}"


def first_of(remarks: Sequence[str]) -> list[str]:
    """Returns the first of these remarks, which contain names given by users, and how many more there are."""
    shown = [plotly_text(remark, _REMARK_WIDE) for remark in remarks[:_NAMED]]
    return shown if len(remarks) <= _NAMED else [*shown, _("and %(n)s more", n=len(remarks) - _NAMED)]


def _wrapped(sentences: Sequence[str]) -> list[str]:
    """Returns the sentences as lines, with dots between those that share one.

    A longer sentence continues on the next line.
    """
    lines: list[str] = []
    for sentence in sentences:
        if lines and width(lines[-1]) + width(sentence) + 3 <= _WIDEST:
            lines[-1] += f" · {sentence}"
        else:
            lines += _broken(sentence)
    return lines


def _broken(sentence: str) -> list[str]:
    lines = [""]
    for piece in _PIECES.findall(sentence):
        if lines[-1] and width(lines[-1]) + width(piece.rstrip()) > _WIDEST:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]
