"""A log file of any size: its last lines, a search, and all of it in pieces."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from domain.trainings.training import LogPart
from scheduler.backends.backend import FoundLine, LogPiece, LogSearchResult

MAX_LINES: Final = 1_000
MAX_PART_BYTES: Final = 256 * 2**10
LONGEST_LINE: Final = 2_000
MAX_FOUND: Final = 200
SEARCH_SECONDS: Final = 2.0
_BLOCK: Final = 2**20


class LogFile:
    """Reads a log with bounded memory; `clean` removes secrets."""

    def __init__(self, path: Path, clean: Callable[[str], str] = str) -> None:
        self._path = path
        self._clean = clean

    def part(self, before: int | None, lines: int) -> LogPart:
        """Implements `TrainingLog.part`."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                ends = size if before is None else min(before, size)
                begins, content = _last(file, ends, min(lines, MAX_LINES))
        except FileNotFoundError:
            return LogPart(begins=0, ends=0, size=0, lines=[])
        return LogPart(begins=begins, ends=ends, size=size, lines=[self._shown(one) for one in _split(content)])

    def search(self, text: str, before: int | None) -> LogSearchResult:
        """Implements `TrainingLog.search`; ignores case."""
        try:
            with self._path.open("rb") as file:
                return self._search(file, text.casefold(), before)
        except FileNotFoundError:
            return LogSearchResult([], 0, 0)

    def piece(self, begins: int) -> LogPiece:
        """Implements `TrainingLog.piece`."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                content = _read(file, begins, min(begins + _BLOCK, size))
        except FileNotFoundError:
            return LogPiece(b"", 0, 0)
        if begins + len(content) < size:  # a line as long as the whole piece stays cut
            content = content[: content.rfind(b"\n") + 1] or content
        shown = self._clean(content.decode(errors="surrogateescape")).encode(errors="surrogateescape")
        return LogPiece(shown, begins + len(content), size)

    def whole(self) -> Iterator[bytes]:
        """Implements `TrainingLog.whole`: up to its current end."""
        begins, ends = 0, None
        while ends is None or begins < ends:
            piece = self.piece(begins)
            if piece.ends <= begins:
                return
            yield piece.content
            begins, ends = piece.ends, piece.size if ends is None else ends

    def _search(self, file: BinaryIO, wanted: str, before: int | None) -> LogSearchResult:
        size = file.seek(0, os.SEEK_END)
        at = size if before is None else min(before, size)
        deadline, found = time.monotonic() + SEARCH_SECONDS, list[FoundLine]()
        while at > 0 and time.monotonic() < deadline:
            begins, content = _whole_lines(file, at)
            for line_at, line in reversed(list(_placed(begins, content))):
                if wanted in line.decode(errors="replace").casefold():
                    found.append(FoundLine(line_at, self._shown(line)))
                    if len(found) == MAX_FOUND:
                        return LogSearchResult(found, line_at, size)
            at = begins
        return LogSearchResult(found, at, size)

    def _shown(self, line: bytes) -> str:
        """Returns a line as a terminal would show it: the last state of a progress bar, with limited length."""
        last = line.rstrip(b"\r\n").rpartition(b"\r")[2]
        text = self._clean(last[: 4 * LONGEST_LINE].decode(errors="replace"))
        return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _last(file: BinaryIO, ends: int, lines: int) -> tuple[int, bytes]:
    """Returns the last complete lines before a byte position, as many as requested or as fit, and where they begin."""
    begins = max(0, ends - MAX_PART_BYTES)
    content = _read(file, begins, ends)
    if begins > 0:  # the first line is incomplete; a line as long as the whole block stays cut
        cut = content.find(b"\n", 0, len(content) - 1) + 1
        begins, content = begins + cut, content[cut:]
    skipped = sum(map(len, _split(content)[:-lines])) if lines else len(content)
    return begins + skipped, content[skipped:]


def _whole_lines(file: BinaryIO, ends: int) -> tuple[int, bytes]:
    """Returns one block of lines that end before a byte position."""
    begins = max(0, ends - _BLOCK)
    content = _read(file, begins, ends)
    if begins > 0:
        cut = content.find(b"\n", 0, len(content) - 1) + 1
        begins, content = begins + cut, content[cut:]
    return begins, content


def _placed(begins: int, content: bytes) -> Iterator[tuple[int, bytes]]:
    for line in _split(content):
        yield begins, line
        begins += len(line)


def _split(content: bytes) -> list[bytes]:
    """Returns the lines with their ends; only a line feed ends one."""
    lines = content.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _read(file: BinaryIO, begins: int, ends: int) -> bytes:
    file.seek(begins)
    return file.read(ends - begins)
