"""Splits a part of a text file into whole lines, with byte offsets."""

from typing import Final, NamedTuple

LONGEST_LINE: Final = 4_000
"""Characters of a line that are shown, as a file without line ends is a single line."""


class TextPart(NamedTuple):
    """Lines from byte `begins` up to byte `ends` of a file of `size` bytes."""

    lines: list[str]
    begins: int
    ends: int
    size: int


def last_lines(content: bytes, begins: int, size: int, most: int) -> TextPart:
    """Returns the last `most` whole lines of a part that begins at byte `begins`.

    Of a single line without an end, all that was read.
    """
    at = 0 if begins == 0 else content.find(b"\n") + 1
    rows = _split(content[at:])
    kept = rows[-most:]
    begins += at + sum(map(len, rows[: len(rows) - len(kept)]))
    return TextPart(_shown(kept), begins, begins + sum(map(len, kept)), size)


def first_lines(content: bytes, begins: int, size: int, most: int) -> TextPart:
    """Returns the first `most` lines of a part; an incomplete last line only if it is the only one."""
    rows = _split(content)
    reaches_end = begins + len(content) >= size
    if len(rows) > 1 and not reaches_end and not rows[-1].endswith(b"\n"):
        rows.pop()
    kept = rows[:most]
    return TextPart(_shown(kept), begins, begins + sum(map(len, kept)), size)


def _split(content: bytes) -> list[bytes]:
    """Splits by line feeds only, so that lengths in bytes stay correct."""
    rows = [row + b"\n" for row in content.split(b"\n")]
    rows[-1] = rows[-1][:-1]
    return rows if rows[-1] else rows[:-1]


def _shown(rows: list[bytes]) -> list[str]:
    texts = [row.decode("utf-8", "replace").rstrip("\r\n") for row in rows]
    return [_last_state(text)[:LONGEST_LINE] for text in texts]


def _last_state(text: str) -> str:
    """Returns what a terminal would show of a line that carriage returns overwrote, as progress bars do."""
    return text.rsplit("\r", 1)[-1]
