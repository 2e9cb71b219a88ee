"""Finds the line of a value in a TOML file, which the parser does not record."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_HEADING: Final = re.compile(r"\s*\[(\[)?\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w-]+(?:\s*\.\s*[\w-]+)*)\s*=")


def line_of(text: str, path: Sequence[str | int], word: str = "") -> int:
    """Returns the line, from 1, of the value at `path`, such as ("rules", 1, "what"), or of `word` in it.

    For a missing value it is the line of the nearest enclosing table.
    """
    lines = text.splitlines()
    best, depth = 1, 0
    for number, found in _places(lines):
        shared = _shared(found, path)
        if shared > depth:
            best, depth = number, shared
    if word:
        return next((number for number in range(best, len(lines) + 1) if word in lines[number - 1]), best)
    return best


def _places(lines: Sequence[str]) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Yields each table and key as its line and path."""
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if heading := _HEADING.match(line):
            name = _plain(heading[2])
            table = tuple(name)
            if heading[1]:
                joined = ".".join(name)
                counts[joined] = counts.get(joined, -1) + 1
                table = (*name, counts[joined])
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_plain(key[1]))


def _plain(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in name.split(".")]


def _shared(found: Sequence[str | int], path: Sequence[str | int]) -> int:
    """Returns the length of `found` if it is a prefix of `path`, else 0."""
    return len(found) if tuple(path[: len(found)]) == tuple(found) else 0
