"""Finds the pictures and videos of a run in folders with typical names, within limits."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from concurrency.bounded_map import bounded_map
from domain.artifacts.listing import ArtifactEntry
from domain.artifacts.media import FOLDERS, MediaFile, is_step_folder, media_of
from domain.artifacts.media_pattern import MediaPattern
from services.artifacts.run_artifacts import RunArtifacts

MAX_FILES: Final = 5_000
_MAX_FOLDERS: Final = 24
_DEEPEST: Final = 3
# A browser requests six of nine compared runs at once, and MLflow has forty threads in all.
_AT_ONCE: Final = 4


class MediaFound(NamedTuple):
    """The media files; `is_cut` if the limits of folders or files were reached."""

    files: list[MediaFile]
    is_cut: bool


def find_media(artifacts: RunArtifacts, run_id: str, pattern: MediaPattern | None = None) -> MediaFound:
    """Returns the media files that match `pattern`, in any folder, or without it those whose names contain a step.

    Raises as `RunArtifacts`.
    """
    waiting, entries, listed_folders = deque([""]), list[ArtifactEntry](), 0
    while waiting and listed_folders < _MAX_FOLDERS:
        folders = [waiting.popleft() for _ in range(min(len(waiting), _AT_ONCE, _MAX_FOLDERS - listed_folders))]
        listed_folders += len(folders)
        for folder, found in zip(folders, _listed(artifacts, run_id, folders), strict=True):
            entries += found
            waiting.extend(entry.path for entry in found if _is_searched(entry, folder, is_any=pattern is not None))
    files = media_of(entries, pattern)
    return MediaFound(files[:MAX_FILES], bool(waiting) or len(files) > MAX_FILES)


def _listed(artifacts: RunArtifacts, run_id: str, folders: Sequence[str]) -> list[list[ArtifactEntry]]:
    """Lists several folders in parallel: an MLflow in front of a bucket takes a second for each."""
    return bounded_map(partial(artifacts.list_folder, run_id), folders, _AT_ONCE, "media-folders")


def _is_searched(entry: ArtifactEntry, folder: str, *, is_any: bool) -> bool:
    """Returns whether a folder is searched: all within a folder of media, others by their name, or all if `is_any`."""
    if not entry.is_dir or entry.path.count("/") >= _DEEPEST:
        return False
    return is_any or bool(folder) or FOLDERS.fullmatch(entry.name) is not None or is_step_folder(entry.name)
