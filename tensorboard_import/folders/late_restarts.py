"""Restarts that are found after the points which they discard were imported."""

from collections.abc import Iterable

from tensorboard_import.folders.event_file import Piece
from tensorboard_import.folders.folder_files import FolderFiles, OpenedFile
from tensorboard_import.folders.restarts import Void, decreases, voids_of
from tensorboard_import.reading.events import Content


def is_late(files: FolderFiles) -> bool:
    """Returns whether a known restart discards points that were read already; raises OSError."""
    if files.is_old:
        files.scan()
    return _any_late(files, files.voids)


def found_late_restart(files: FolderFiles, file: OpenedFile, piece: Piece, content: Content) -> bool:
    """Returns whether a piece contains such a restart; if so, it also finds all others. Raises OSError."""
    if _any_late(files, _new_in(files, file, piece, content)):
        files.scan()
        return True
    return False


def _new_in(files: FolderFiles, file: OpenedFile, piece: Piece, content: Content) -> set[Void]:
    """Adds the restarts in a piece; returns the new ones."""
    known = set(files.voids)
    if not files.is_old:
        files.voids |= set(voids_of(file.path.name, piece.begins, content.restarts))
    elif decreases(content.points, file.top):
        files.scan()
    return files.voids - known


def _any_late(files: FolderFiles, voids: Iterable[Void]) -> bool:
    return any(
        one.top is not None
        and one.top >= void.step
        and (name < void.file or (name == void.file and one.offset <= void.place))
        for void in voids
        for name, one in files.opened.items()
    )
