"""Searches a part of a text for matching lines, forwards or backwards."""

from collections.abc import Iterator
from typing import Final

import re2

from domain.artifacts.listing import Window
from domain.artifacts.previews import FoundLine, FoundLines
from domain.errors.artifacts.records import PatternInvalid
from domain.messages import Text
from domain.patterns.linear import Compiled, compiled

MAX_FOUND: Final = 50
_LONGEST_FOUND: Final = 300
_AT_ONCE: Final = 2**16
"""Bytes that are searched at a time when searching backwards."""


def compile_search(text: str, *, is_pattern: bool) -> Compiled:
    """Compiles a search for `text` in bytes, ignoring case; or a regular expression, matched within lines.

    Raises PatternInvalid and PatternTooLong.
    """
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise PatternInvalid(pattern=ascii(text), reason=Text("half a character")) from error
    return compiled(text, (b"(?m)" + encoded) if is_pattern else b"(?i)" + re2.escape(encoded), in_a_line=True)


def search_forwards(window: Window, pattern: Compiled) -> FoundLines:
    """Searches forwards from a line's beginning; `searched_to` is the offset after the searched part."""
    ends = _whole_lines(window)
    lines: list[FoundLine] = []
    searched_to = window.begins + ends
    for begins, behind in _found(window.content, pattern, 0, ends):
        if len(lines) == MAX_FOUND:
            searched_to = window.begins + begins
            break
        lines.append(_line(window, begins, behind))
    return FoundLines(lines=lines, searched_to=searched_to, size=window.size_bytes)


def search_backwards(window: Window, pattern: Compiled) -> FoundLines:
    """Searches backwards from the end; what precedes byte `searched_to` was not searched."""
    content = window.content
    # An incomplete first line belongs to the preceding part.
    first = 0 if window.begins == 0 else content.find(b"\n") + 1
    lines: list[FoundLine] = []
    ends = len(content)
    while ends > first:
        begins = max(first, content.rfind(b"\n", first, max(first, ends - _AT_ONCE)) + 1)
        for at, behind in reversed(list(_found(content, pattern, begins, ends))):
            if len(lines) == MAX_FOUND:
                return FoundLines(lines=lines, searched_to=lines[-1].at, size=window.size_bytes)
            lines.append(_line(window, at, behind))
        ends = begins
    return FoundLines(lines=lines, searched_to=window.begins + first, size=window.size_bytes)


def _found(content: bytes, pattern: Compiled, begins: int, ends: int) -> Iterator[tuple[int, int]]:
    """Yields the offsets of each matching line, once, even if it has several matches."""
    while begins < ends and (match := pattern.search(content, begins, ends)) is not None:
        at = content.rfind(b"\n", begins, match.start()) + 1 or begins
        behind = content.find(b"\n", match.end(), ends)
        behind = ends if behind < 0 else behind
        yield at, behind
        begins = behind + 1


def _whole_lines(window: Window) -> int:
    """Returns the end of the last complete line of a part; of all of it at the end of the file, or if it is a single
    line.
    """
    if window.ends >= window.size_bytes:
        return len(window.content)
    return window.content.rfind(b"\n") + 1 or len(window.content)


def _line(window: Window, begins: int, ends: int) -> FoundLine:
    row = window.content[begins:ends]
    return FoundLine(at=window.begins + begins, line=row.decode("utf-8", "replace").strip()[:_LONGEST_FOUND])
