"""The folders that torch's `SummaryWriter.add_hparams` creates inside a run's folder: they belong to that run.

They are named after the time of the call, and hold the hyperparameters and results. If a run has several, each is a
trial of its own, as in TensorBoard; so is one that the caller named.
"""

import re
import time
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Final

from tensorboard_import.folders.walk import FoundFile, FoundFolder

_CALLED: Final = re.compile(r"\d{9,11}\.\d+")
_SIGN: Final = b"_hparams_/session_start_info"
_READ: Final = 64 * 2**10
_BEGUN_BYTES: Final = 300
"""The most bytes that precede the hparams record in a file."""
_BEING_WRITTEN_SECONDS: Final = 60.0


def with_hparams(folders: list[FoundFolder]) -> list[FoundFolder]:
    """Returns the folders in their order; those of `add_hparams` are merged into their runs."""
    inside: dict[Path, list[FoundFolder]] = defaultdict(list)
    runs = {folder.path for folder in folders}
    for folder in folders:
        if folder.path.parent in runs and _CALLED.fullmatch(folder.path.name):
            inside[folder.path.parent].append(folder)
    alone = [found[0] for found in inside.values() if len(found) == 1 and len(found[0].files) == 1]
    taken = {folder.path: folder.files[0] for folder in alone if _has_hparams(folder.files[0])}
    unknown = {folder.path for folder in alone if folder.path not in taken and _is_being_written(folder.files[0])}
    by_run = {path.parent: file for path, file in taken.items()}
    return [
        folder._replace(hparams=by_run.get(folder.path))
        for folder in folders
        if folder.path not in taken and folder.path not in unknown
    ]


@lru_cache(maxsize=10_000)
def _has_hparams(file: FoundFile) -> bool:
    try:
        with file.path.open("rb") as opened:
            return _SIGN in opened.read(_READ)
    except OSError:  # reported when it is opened as a run's file
        return False


def _is_being_written(file: FoundFile) -> bool:
    """Returns whether a file without an hparams record may still get one in a moment."""
    return file.size < _BEGUN_BYTES and time.time() - file.changed < _BEING_WRITTEN_SECONDS
