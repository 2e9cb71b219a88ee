"""What stands below a chart's title, in as many lines as it takes."""

from collections.abc import Iterable, Sequence
from typing import Final

from components.texts.language import _

# What a chart of a third of a page's width has room for.
_CHARACTERS_PER_LINE: Final = 62
SUBTITLE_LINE_HEIGHT: Final = 16
"""Pixels that each line after the first takes."""
_MOST_REMARKS: Final = 2
_LONGEST_REMARK: Final = 58


def wrapped(said: Iterable[str]) -> list[str]:
    """The sentences beside each other, as many on a line as there is room for; one that is longer has its own."""
    lines: list[str] = []
    for sentence in said:
        if lines and len(lines[-1]) + len(sentence) + 3 <= _CHARACTERS_PER_LINE:
            lines[-1] += f" · {sentence}"
        else:
            lines.append(sentence)
    return lines


def shortened(remarks: Sequence[str]) -> list[str]:
    """The first remarks, cut where they are too long, and how many more there are."""
    said = [one if len(one) <= _LONGEST_REMARK else f"…{one[1 - _LONGEST_REMARK :]}" for one in remarks[:_MOST_REMARKS]]
    return said if len(remarks) <= _MOST_REMARKS else [*said, _("and %(n)s more", n=len(remarks) - _MOST_REMARKS)]
