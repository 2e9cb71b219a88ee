"""The folders of all trainings: their total size, and the removal of old ones to make room."""

import logging
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple

from scheduler.local.run_folder import RunFolder

_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LEAVING: Final = ".leaving-"
_YOUNG_SECONDS: Final = 3600.0
"""For an unknown folder: it may belong to a training that is being created."""
_BLOCK: Final = 512
_log = logging.getLogger(__name__)


class _Sized(NamedTuple):
    path: Path
    changed_at: float
    size: int


class RunFolders:
    """The folders below `path`, which together may use `most_bytes`.

    A running training's counts, but is never removed.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most_bytes = most_bytes

    def has(self, run_id: str) -> bool:
        """Returns whether a training's folder still exists."""
        return (self._path / run_id).is_dir()

    def sweep(self, is_needed: Callable[[str], bool | None], changing: AbstractContextManager[object]) -> list[str]:
        """Removes the oldest folders beyond the limit, and returns their run ids; `is_needed` returns None for
        unknown ones.

        `changing` is held while a folder is chosen and renamed: no training is continued meanwhile.
        """
        found = sorted(self._folders(), key=lambda one: one.changed_at)
        left, removed = sum(one.size for one in found), list[str]()
        for one in found:
            if left <= self._most_bytes:
                break
            with changing:
                is_marked = self._mark_for_removal(one, is_needed(one.path.name))
            if is_marked:
                left -= one.size
                removed.append(one.path.name)
        self._remove_marked()
        if removed:
            _log.info("Old trainings' files were removed", extra={"trainings": len(removed), "bytes_left": left})
        return removed

    def _folders(self) -> list[_Sized]:
        try:
            paths = [one for one in self._path.iterdir() if _RUN_ID.fullmatch(one.name) and one.is_dir()]
        except FileNotFoundError:
            return []
        return [_sized(path) for path in paths]

    def _mark_for_removal(self, one: _Sized, is_needed: bool | None) -> bool:
        is_young = time.time() - one.changed_at < _YOUNG_SECONDS
        if is_needed or (is_needed is None and is_young):
            return False
        try:
            with RunFolder(one.path).locked() as lock:
                if lock is not None:
                    one.path.rename(self._path / f"{_LEAVING}{one.path.name}")
                return lock is not None
        except OSError as error:
            _log.warning("A training's files cannot be removed", extra={"run_id": one.path.name, "cause": str(error)})
            return False

    def _remove_marked(self) -> None:
        for aside in self._path.glob(f"{_LEAVING}*"):
            shutil.rmtree(aside, ignore_errors=True)


def _sized(path: Path) -> _Sized:
    """Returns its size on disk, with the size of shared checkpoints divided among their owners, and its last change."""
    changed_at, size = 0.0, 0
    for folder, _folders, names in os.walk(path):
        for name in names:
            try:
                status = os.lstat(os.path.join(folder, name))
            except OSError:  # just removed
                continue
            changed_at = max(changed_at, status.st_mtime)
            size += status.st_blocks * _BLOCK // max(1, status.st_nlink)
    return _Sized(path, changed_at or path.stat().st_mtime, size)
