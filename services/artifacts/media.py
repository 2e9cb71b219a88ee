"""The pictures and films of a run, found in the folders that are called so; bounded, however many folders there are."""

from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from concurrency.bounded_map import bounded_map
from domain.artifacts.listing import ArtifactEntry
from domain.artifacts.media import FOLDERS, MediaFile, is_step_folder, media_of
from domain.artifacts.media_pattern import MediaPattern
from services.artifacts.run_artifacts import RunArtifacts

MOST_FILES: Final = 5_000
_MOST_FOLDERS: Final = 24
_DEEPEST: Final = 3
# Of nine compared runs a browser asks for six at once, and MLflow has forty threads for everybody.
_AT_ONCE: Final = 4


class MediaFound(NamedTuple):
    """What was found; `is_cut` where there may be more, in folders or files beyond the bounds."""

    files: list[MediaFile]
    is_cut: bool


def find_media(artifacts: RunArtifacts, run_id: str, pattern: MediaPattern | None = None) -> MediaFound:
    """Returns the media that fit a `pattern`, in any folder, else those whose names tell a step.

    Raises as `RunArtifacts`.
    """
    waiting, entries, asked = deque([""]), list[ArtifactEntry](), 0
    while waiting and asked < _MOST_FOLDERS:
        folders = [waiting.popleft() for _ in range(min(len(waiting), _AT_ONCE, _MOST_FOLDERS - asked))]
        asked += len(folders)
        for folder, found in zip(folders, _listed(artifacts, run_id, folders), strict=True):
            entries += found
            waiting.extend(entry.path for entry in found if _is_looked_into(entry, folder, is_any=pattern is not None))
    files = media_of(entries, pattern)
    return MediaFound(files[:MOST_FILES], bool(waiting) or len(files) > MOST_FILES)


def _listed(artifacts: RunArtifacts, run_id: str, folders: Sequence[str]) -> list[list[ArtifactEntry]]:
    """Returns what lies in each of them, asked at once: an MLflow in front of a bucket takes a second for one."""
    return bounded_map(partial(artifacts.listed, run_id), folders, _AT_ONCE, "media-folders")


def _is_looked_into(entry: ArtifactEntry, folder: str, *, is_any: bool) -> bool:
    """Returns whether a folder is searched: within a folder of media all are.

    Elsewhere only those of such a name, unless `is_any`.
    """
    if not entry.is_dir or entry.path.count("/") >= _DEEPEST:
        return False
    return is_any or bool(folder) or FOLDERS.fullmatch(entry.name) is not None or is_step_folder(entry.name)
