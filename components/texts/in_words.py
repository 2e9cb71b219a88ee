"""What went wrong, in the reader's language; assets/in_words.js does the same for what comes over a socket.

The sentence comes in English, from wherever it happened. One of Clew's own is known by its template, and said again
with its values, which may be such sentences themselves. What another program said stays as it is, inside of ours.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from components.texts.language import _, language
from components.texts.sentences import SENTENCES
from domain.errors import ClewError

_LONGEST: Final = 2_000  # of what is longer, most is another program's
Patterns = Sequence[tuple[str, re.Pattern[str]]]
_SLOT: Final = re.compile(r"\{(\w+)\}")


def in_words(said: str | ClewError) -> str:
    """A sentence, a part of one, or an error's own, in the reader's language."""
    text = str(said)
    if language() == "en" or len(text) > _LONGEST:
        return text
    return _known(text) or text


def texts(sentences: Iterable[str]) -> dict[str, str]:
    """The templates and what they are in the reader's language, for the browser; none where that is English."""
    return {} if language() == "en" else {template: _(template) for template in sentences}


def _known(text: str) -> str | None:
    """A sentence of ours; its parts before one that begins with a value, which would take in whatever there is."""
    if text in _WHOLE:
        return _(text)
    return _matched(text, _BEGINNING) or _in_parts(text) or _matched(text, _OPEN)


def _matched(text: str, patterns: Patterns) -> str | None:
    for template, pattern in patterns:
        if found := pattern.fullmatch(text):
            return _filled(_(template), {name: in_words(value) for name, value in found.groupdict().items()})
    return None


def _in_parts(text: str) -> str | None:
    """Of a sentence that ends as others begin, or that stands behind the name of what it is about."""
    if text.endswith(".") and (known := _known(text[:-1])):
        return known.rstrip("。") + "。"
    head, colon, rest = text.partition(": ")
    if colon and (known := _known(rest)):
        return f"{in_words(head)}: {known}"
    return None


def _filled(template: str, values: dict[str, str]) -> str:
    return _SLOT.sub(lambda slot: values[slot[1]], template)


def _pattern(template: str) -> re.Pattern[str]:
    parts = _SLOT.split(template)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)), re.DOTALL
    )


_WHOLE: Final = frozenset(sentence for sentence in SENTENCES if not _SLOT.search(sentence))
# The one that says most itself comes first: others may fit, too, with more of it in their slots.
_PATTERNS: Final = sorted(
    ((sentence, _pattern(sentence)) for sentence in set(SENTENCES) - _WHOLE),
    key=lambda one: (-len(_SLOT.sub("", one[0])), one[0]),
)
_BEGINNING: Final = [one for one in _PATTERNS if not one[0].startswith("{")]
_OPEN: Final = [one for one in _PATTERNS if one[0].startswith("{")]
