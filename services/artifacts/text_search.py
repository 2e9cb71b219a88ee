"""Lines of a part of a text that have what is looked for: the last ones first, or the first ones first."""

from collections.abc import Iterator
from typing import Final

import re2

from domain.artifacts.listing import Window
from domain.artifacts.previews import FoundLine, FoundLines
from domain.errors.artifacts.records import PatternInvalid
from domain.messages import Text
from domain.patterns.linear import Compiled, compiled

MOST_FOUND: Final = 50
_LONGEST_FOUND: Final = 300
_AT_ONCE: Final = 2**16
"""Bytes that are searched before those before them, where the last lines come first."""


def wanted(text: str, *, is_pattern: bool) -> Compiled:
    """Returns what finds `text` in bytes, whatever its case; or a regular expression, within lines, as it is typed.

    Raises PatternInvalid and PatternTooLong.
    """
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise PatternInvalid(pattern=ascii(text), reason=Text("half a character")) from error
    return compiled(text, (b"(?m)" + encoded) if is_pattern else b"(?i)" + re2.escape(encoded), in_a_line=True)


def first_found(window: Window, pattern: Compiled) -> FoundLines:
    """Searches from a line's beginning on; `searched_to` is the byte behind what was searched."""
    ends = _whole_lines(window)
    lines: list[FoundLine] = []
    searched_to = window.begins + ends
    for begins, behind in _found(window.content, pattern, 0, ends):
        if len(lines) == MOST_FOUND:
            searched_to = window.begins + begins
            break
        lines.append(_line(window, begins, behind))
    return FoundLines(lines=lines, searched_to=searched_to, size=window.size_bytes)


def last_found(window: Window, pattern: Compiled) -> FoundLines:
    """Searches from the end backwards; what lies before byte `searched_to` was not searched."""
    content = window.content
    # A line that the part begins within belongs to what lies before.
    first = 0 if window.begins == 0 else content.find(b"\n") + 1
    lines: list[FoundLine] = []
    ends = len(content)
    while ends > first:
        begins = max(first, content.rfind(b"\n", first, max(first, ends - _AT_ONCE)) + 1)
        for at, behind in reversed(list(_found(content, pattern, begins, ends))):
            if len(lines) == MOST_FOUND:
                return FoundLines(lines=lines, searched_to=lines[-1].at, size=window.size_bytes)
            lines.append(_line(window, at, behind))
        ends = begins
    return FoundLines(lines=lines, searched_to=window.begins + first, size=window.size_bytes)


def _found(content: bytes, pattern: Compiled, begins: int, ends: int) -> Iterator[tuple[int, int]]:
    """Yields where each line that has it begins and ends, once, however often it has it."""
    while begins < ends and (match := pattern.search(content, begins, ends)) is not None:
        at = content.rfind(b"\n", begins, match.start()) + 1 or begins
        behind = content.find(b"\n", match.end(), ends)
        behind = ends if behind < 0 else behind
        yield at, behind
        begins = behind + 1


def _whole_lines(window: Window) -> int:
    """Returns where the last whole line of a part ends; all of it at the end of the file, and where it is one line."""
    if window.ends >= window.size_bytes:
        return len(window.content)
    return window.content.rfind(b"\n") + 1 or len(window.content)


def _line(window: Window, begins: int, ends: int) -> FoundLine:
    row = window.content[begins:ends]
    return FoundLine(at=window.begins + begins, line=row.decode("utf-8", "replace").strip()[:_LONGEST_FOUND])
