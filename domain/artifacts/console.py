"""Finds a run's files that hold the console output of its program."""

import re
from collections.abc import Iterable
from typing import Final

from domain.artifacts.listing import ArtifactEntry

FOLDERS: Final = re.compile(r"(logs?|console|outputs?|std)", re.IGNORECASE)
"""Names of folders that hold such files."""
_ORDER: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(stderr|traceback|errors?|crash)([._-].*)?",
        r".*\.err",
        r"(console|output|stdout|terminal)([._-].*)?",
        r".*\.out",
        r"(train(ing)?|run|main|driver|job)([._-].*)?\.(log|txt)",
        r".*\.log",
    )
)


def console_logs(entries: Iterable[ArtifactEntry]) -> list[ArtifactEntry]:
    """Returns the files that may hold console output, the likeliest to show a crash first; empty ones are left out."""
    # MLflow omits the size of an empty file.
    ranked = [(rank, entry) for entry in entries if entry.size_bytes and (rank := _rank(entry.name)) is not None]
    return [entry for _rank, entry in sorted(ranked, key=lambda one: one[0])]


def _rank(name: str) -> int | None:
    return next((rank for rank, pattern in enumerate(_ORDER) if pattern.fullmatch(name)), None)
