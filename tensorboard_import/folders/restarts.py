"""Which points a restart discards: earlier ones in a folder's files at its step or later, as in TensorBoard.

It follows TensorBoard's `EventAccumulator`: a current writer states at its start from which step it continues. Older
files do not; in them an event with a lower step than the previous one discards later steps of its own tags.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

from tensorboard_import.folders.event_file import read_piece
from tensorboard_import.reading.events import Content, Restart
from tensorboard_import.reading.protos import Event
from tensorboard_import.reading.scalars import Points

RECORDS_RESTARTS: Final = 2.0
_PIECE: Final = 2**20
_PREFIX: Final = "brain.Event:"


class Void(NamedTuple):
    """Discards what comes before `place` in `file`, of `tag` (None: of all tags), at `step` or later."""

    file: str
    place: int
    step: int
    tag: str | None = None


def version_of(text: str) -> float:
    """Returns the version in a file's header; -1 without one."""
    try:
        return float(text.removeprefix(_PREFIX))
    except ValueError:
        return -1.0


def voids_of(file: str, begins: int, restarts: Iterable[Restart]) -> list[Void]:
    """Returns the discards by the restarts in a piece that begins there."""
    return [Void(file, begins + restart.place, restart.step) for restart in restarts]


def without_void(content: Content, file: str, begins: int, voids: Iterable[Void]) -> Content:
    """Returns the content of a piece without discarded points."""
    for void in voids:
        if void.file < file:
            continue
        before = void.place - begins if void.file == file else np.iinfo(np.int64).max
        content = _without(content, void, before)
    return content


def _without(content: Content, void: Void, before: int) -> Content:
    points = content.points
    dropped = (points.step >= void.step) & (points.place < before)
    if void.tag is not None:
        dropped &= points.tag == (points.tags.index(void.tag) if void.tag in points.tags else -1)
    return content._replace(
        points=points.where(~dropped) if dropped.any() else points,
        texts=[one for one in content.texts if not _is_void(one, void, before)],
        pictures=[one for one in content.pictures if not _is_void(one, void, before)],
    )


def _is_void(one: Any, void: Void, before: int) -> bool:
    return bool(one.step >= void.step and one.place < before and void.tag in (None, one.tag))


def decreases(points: Points, highest: int | None) -> bool:
    """Returns whether any step is lower than an earlier one, or than `highest`."""
    if not len(points.step):
        return False
    first_back = highest is not None and bool(points.step[0] < highest)
    return first_back or bool((np.diff(points.step) < 0).any())


def all_voids(files: Iterable[Path]) -> list[Void]:
    """Returns the discards by all restarts in a folder's files, which it reads completely. Raises OSError."""
    scan = _Scan()
    return [void for path in files for event, place in _events(path) for void in scan.event(event, path.name, place)]


class _Scan:
    """Processes a folder's events in their order, as TensorBoard does."""

    def __init__(self) -> None:
        self._version: float | None = None
        self._latest_step = -1

    def event(self, event: Any, file: str, place: int) -> Iterator[Void]:
        """Yields what the event discards."""
        if event.HasField("file_version"):
            self._version = version_of(event.file_version)
        if self._version is not None and self._version >= RECORDS_RESTARTS:
            if event.HasField("session_log") and event.session_log.status == 1:
                yield Void(file, place, event.step)
        elif event.step < self._latest_step and event.HasField("summary"):
            yield from (Void(file, place, event.step, value.tag) for value in event.summary.value)
        else:
            self._latest_step = event.step


def _events(path: Path) -> Iterator[tuple[Any, int]]:
    begins = 0
    while True:
        piece = read_piece(path, begins, _PIECE)
        for start, length in zip(piece.records.starts.tolist(), piece.records.lengths.tolist(), strict=True):
            try:
                yield Event.FromString(piece.records.piece[start : start + length].tobytes()), begins + start
            except DecodeError:
                continue
        if piece.ends == begins:
            return
        begins = piece.ends
