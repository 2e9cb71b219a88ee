"""Lists a run's files, folder by folder, within limits of number and time."""

import time
from collections import deque
from typing import Final, NamedTuple

from domain.artifacts.listing import ArtifactEntry
from services.artifacts.run_artifacts import RunArtifacts

MAX_ENTRIES: Final = 10_000
_MAX_FOLDERS: Final = 100
_SECONDS: Final = 10.0


class FileListing(NamedTuple):
    """Files and folders, and whether the limits were reached."""

    entries: list[ArtifactEntry]
    is_cut: bool


def list_files(artifacts: RunArtifacts, run_id: str) -> FileListing:
    """Returns the run's files, its root folder first; raises as `RunArtifacts`."""
    waiting, entries, listed_folders, ends = deque([""]), list[ArtifactEntry](), 0, time.monotonic() + _SECONDS
    while waiting and listed_folders < _MAX_FOLDERS and len(entries) < MAX_ENTRIES and time.monotonic() < ends:
        found = artifacts.list_folder(run_id, waiting.popleft())
        listed_folders += 1
        entries += found
        waiting.extend(entry.path for entry in found if entry.is_dir)
    return FileListing(entries[:MAX_ENTRIES], bool(waiting) or len(entries) > MAX_ENTRIES)
