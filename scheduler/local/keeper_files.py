"""The files that a keeper reads and writes. Standard library only."""

import json
import os
import time
from pathlib import Path
from typing import Any, Final

SPARE_BYTES: Final = 32 * 2**10
TAIL_LINES: Final = 50
TAIL_CHARACTERS: Final = 5_000
_TAIL_BYTES: Final = 64 * 2**10


def stamp(path: Path) -> tuple[int, int] | None:
    """Returns size and modification time of a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def last_lines(path: Path, lines: int = TAIL_LINES, characters: int = TAIL_CHARACTERS) -> list[str]:
    """Returns the last lines of a log, each as a terminal would show it."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    kept: list[str] = []
    for line in reversed([one.rpartition("\r")[2] for one in text.replace("\r\n", "\n").splitlines()][-lines:]):
        characters -= len(line) + 1
        if characters < 0:
            break
        kept.insert(0, line)
    return kept


def reserve(path: Path) -> None:
    """Allocates space for the last record, which has to be written even if the disk is full by then."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, b"\0" * SPARE_BYTES)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fill(path: Path, content: bytes) -> None:
    """Writes into the space that `reserve` allocated."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, record: dict[str, Any]) -> None:
    """Writes a file atomically."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    fill(new, json.dumps(record).encode())
    os.rename(new, path)


def now_ms() -> int:
    """Returns the time in Unix ms."""
    return time.time_ns() // 1_000_000
