"""Reads the pictures of compared runs for a report: the last one of each key, up to a limit of bytes."""

import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from domain.artifacts.kinds import HEAD_BYTES, Kind, begins_as_named, media_type
from domain.artifacts.media import MediaFile
from domain.artifacts.pictures import size_of
from domain.errors import NotFound, ServiceError
from domain.tracking.runs import Run
from services.artifacts.media import find_media
from services.artifacts.run_artifacts import RunArtifacts

MAX_BYTES: Final = 20 * 2**20
_MAX_EACH: Final = 8 * 2**20
_MAX_RUNS: Final = 9
_MAX_KEYS: Final = 12
_MAX_SECONDS: Final = 60.0


class Picture(NamedTuple):
    """A picture or video of a run; without `content` it is only mentioned: a video, or a picture that did not fit."""

    run: Run
    file: MediaFile
    content: bytes | None = None

    @property
    def media_type(self) -> str:
        """The media type by the file's name."""
        return media_type(self.file.path)


class Pictures:
    """Reads pictures one by one; `left_out` counts those that were too large or invalid, `failures` holds the errors.

    It takes at most a minute; `is_cut` if that was not enough.
    """

    def __init__(self, artifacts: RunArtifacts, runs: Sequence[Run]) -> None:
        self._artifacts = artifacts
        self._runs = runs[:_MAX_RUNS]
        self._left = MAX_BYTES
        self._ends = time.monotonic() + _MAX_SECONDS
        self.is_cut = False
        self.left_out = 0
        self.failures: list[ServiceError | NotFound] = []

    def all(self) -> Iterator[Picture]:
        """Yields the pictures of all runs, ordered by key, so that runs can be compared."""
        found = [(run, file) for run in self._runs for file in self._last_of_each(run)]
        keys = list(dict.fromkeys(file.key for _run, file in found))
        for key in keys[:_MAX_KEYS]:
            for run, file in found:
                if file.key == key:
                    yield Picture(run, file, self._content(run, file))
        self.left_out += sum(file.key in keys[_MAX_KEYS:] for _run, file in found)

    def _last_of_each(self, run: Run) -> list[MediaFile]:
        if self._is_late():
            return []
        try:
            files = find_media(self._artifacts, run.run_id).files
        except (ServiceError, NotFound) as error:
            self.failures.append(error)
            return []
        return list({file.key: file for file in files}.values())  # they are ordered by step

    def _content(self, run: Run, file: MediaFile) -> bytes | None:
        if file.kind is not Kind.PICTURE or self._is_late():
            return None
        content = self._read(run, file, min(self._left, _MAX_EACH))
        if content is None or not _is_picture(file.path, content):
            self.left_out += 1
            return None
        self._left -= len(content)
        return content

    def _is_late(self) -> bool:
        self.is_cut = self.is_cut or time.monotonic() > self._ends
        return self.is_cut

    def _read(self, run: Run, file: MediaFile, most: int) -> bytes | None:
        if (file.size_bytes or 0) > most:
            return None
        content = bytearray()
        try:
            opened = self._artifacts.open(run.run_id, file.path)
            for piece in opened.pieces():
                content += piece
                if len(content) > most:
                    opened.close()
                    return None
        except (ServiceError, NotFound) as error:
            self.failures.append(error)
            return None
        return bytes(content)


def _is_picture(path: str, content: bytes) -> bool:
    """Returns whether the content matches its name and has a sane size: a few bytes can be a gigabyte of pixels."""
    size = size_of(content)
    return begins_as_named(path, content[:HEAD_BYTES]) and (size is None or size.is_sane)
