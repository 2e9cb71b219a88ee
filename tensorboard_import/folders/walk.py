"""Finds the folders that hold event files, each of which TensorBoard shows as a run."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_SIGN: Final = "tfevents"
_EMPTY: Final = ".profile-empty"
_LEADS_NOWHERE: Final = (errno.ENOENT, errno.ELOOP)
"""Errors of a link to a deleted target, or to itself: there is nothing to read."""


class FoundFile(NamedTuple):
    """An event file as found; `changed` and `touched` (includes permissions and name) in seconds since 1970."""

    path: Path
    size: int
    changed: float
    inode: int = 0
    touched: float = 0.0


class FoundFolder(NamedTuple):
    """A folder with event files, sorted by name, which is the order of their creation."""

    path: Path
    relative: str
    """Its path below the LOGDIR, with slashes; "." for the LOGDIR itself."""
    files: list[FoundFile]
    hparams: FoundFile | None = None
    """The file of a subfolder that torch's `add_hparams` created for this run."""

    @property
    def changed(self) -> float:
        """When one of its files was last written."""
        return max(file.changed for file in (*self.files, *self.hparams_files))

    @property
    def hparams_files(self) -> list[FoundFile]:
        """The file of `hparams`, if there is one."""
        return [] if self.hparams is None else [self.hparams]


class LogdirScan:
    """One pass through a LOGDIR; `problems` are unreadable paths, `unread` those of them that may contain runs."""

    def __init__(self, logdir: Path) -> None:
        self.problems: list[str] = []
        self.unread: list[str] = []
        self._logdir = logdir
        self._seen: set[tuple[int, int]] = set()

    def folders(self) -> list[FoundFolder]:
        """Returns its folders with event files, last written first.

        A folder that several links lead to is found once.
        """
        found = [folder for folder in self._below(self._logdir, ".") if folder.files]
        return sorted(found, key=lambda folder: folder.changed, reverse=True)

    def _below(self, path: Path, relative: str) -> Iterator[FoundFolder]:
        waiting = [(path, relative)]
        while waiting:
            path, relative = waiting.pop()
            files, folders = self._listed(path)
            yield FoundFolder(path, relative, sorted(files))
            prefix = "" if relative == "." else f"{relative}/"
            waiting.extend((one, prefix + one.name) for one in sorted(folders, reverse=True))

    def _listed(self, path: Path) -> tuple[list[FoundFile], list[Path]]:
        files: list[FoundFile] = []
        folders: list[Path] = []
        try:
            if not self._is_new(os.stat(path)):
                return [], []
            with os.scandir(path) as entries:
                for entry in entries:
                    self._sort(entry, files, folders)
        except OSError as error:
            self._note(f"{path} cannot be looked into: {error.strerror}", error)
        return files, folders

    def _sort(self, entry: "os.DirEntry[str]", files: list[FoundFile], folders: list[Path]) -> None:
        try:
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif _SIGN in entry.name and not entry.name.endswith(_EMPTY):
                found = entry.stat()
                if stat.S_ISREG(found.st_mode):  # reading a pipe would never end
                    files.append(_found(entry, found))
        except OSError as error:
            self._note(f"{entry.path} cannot be looked at: {error.strerror}", error)

    def _note(self, problem: str, error: OSError) -> None:
        self.problems.append(problem)
        if error.errno not in _LEADS_NOWHERE:
            self.unread.append(problem)

    def _is_new(self, found: os.stat_result) -> bool:
        known = (found.st_dev, found.st_ino) in self._seen
        self._seen.add((found.st_dev, found.st_ino))
        return not known


def _found(entry: "os.DirEntry[str]", found: os.stat_result) -> FoundFile:
    return FoundFile(Path(entry.path), found.st_size, found.st_mtime, found.st_ino, found.st_ctime)
