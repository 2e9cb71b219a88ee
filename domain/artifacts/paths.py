"""Validates paths of a run's files: relative, with single slashes, and without ".."."""

import re
from pathlib import PurePosixPath
from typing import Final

from domain.errors.artifacts.records import (
    ArtifactPathMalformed,
    PathEmpty,
    PathLeadsElsewhere,
    PathNotText,
    PathTooLong,
)
from domain.messages import Message

MAX_BYTES: Final = 2048
# Regular expressions are fast enough for folders of ten thousand names. This one matches control characters,
# surrogates, the replacement character of invalid UTF-8, and line ends.
_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd\u2028\u2029]")
# An empty part, "." or "..", Windows' separator, a scheme or a drive.
_ELSEWHERE: Final = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|\\|^[A-Za-z]:|^[^/]*:/")


def folder_path(text: str) -> str:
    """Returns the path of a folder, "" for the run's root; raises `ArtifactPathMalformed`."""
    return file_path(text) if text else ""


def file_path(text: str) -> str:
    """Returns the path of a file; raises `ArtifactPathMalformed`. Percent-encoding is part of a name and is not
    decoded.
    """
    trouble = _trouble(text)
    if trouble is not None:
        raise ArtifactPathMalformed({"path": trouble})
    return text


def is_path(text: str) -> bool:
    """Returns whether `file_path` would accept it."""
    return _trouble(text) is None


def suffix_of(path: str) -> str:
    """Returns the suffix of a file's name in lower case, such as ".png"; "" where it has none."""
    return PurePosixPath(path).suffix.lower()


def name_of(path: str) -> str:
    """Returns the last part of a path."""
    return path.rpartition("/")[2]


def _trouble(text: str) -> Message | None:
    if not text:
        return PathEmpty()
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return PathTooLong(MAX_BYTES)
    if _NO_TEXT.search(text):
        return PathNotText()
    return PathLeadsElsewhere() if _ELSEWHERE.search(text) else None
