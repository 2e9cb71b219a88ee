"""The event files of one folder: their identities, how far each was read, and the points discarded by restarts."""

from typing import Final, NamedTuple

from google.protobuf.message import DecodeError

from tensorboard_import.folders.event_file import Head, Piece, begins_as, file_id, head_of, is_boundary, read_piece
from tensorboard_import.folders.restarts import RECORDS_RESTARTS, Void, all_voids, version_of, voids_of
from tensorboard_import.folders.walk import FoundFile
from tensorboard_import.reading.events import content_of
from tensorboard_import.reading.protos import Event

_HEAD_BYTES: Final = 64 * 2**10


class OpenedFile:
    """An event file with a first record: its id, and the position where reading continues."""

    def __init__(self, found: FoundFile, own_id: str) -> None:
        self.path = path = found.path
        self.id = own_id
        self.offset = 0
        self.top: int | None = None
        self.last_ms: int | None = None
        self.problem = ""
        first = read_piece(path, 0, _HEAD_BYTES)
        content = content_of(first.records)
        self.version = version_of(content.versions[0]) if content.versions else None
        self.voids = voids_of(path.name, 0, content.restarts)
        # A writer may pass its own times, which may be earlier than the creation of its file.
        self.first_wall = min([_first_wall(first), *content.points.wall[content.points.wall > 0].tolist()])
        self.head = head_of(path, min(_HEAD_BYTES, first.ends))
        self.is_suspect = False
        """Whether the file at this path may have been replaced."""
        self._found = found
        self._is_boundary = False
        self._stuck: FoundFile | None = None

    def note(self, found: FoundFile) -> None:
        """Updates the file's state from a new walk."""
        if found.size < self.offset or self._found.inode not in (0, found.inode):
            self.is_suspect = True
        self._found = found

    @property
    def backlog(self) -> int:
        """Unread bytes; 0 if nothing changed since the last attempt."""
        if self._stuck == self._found:
            return 0
        return self._found.size if self.is_suspect else max(0, self._found.size - self.offset)

    def read(self, most: int) -> Piece:
        """Returns the next piece; it counts as read only after a call of `move`. Raises OSError."""
        return read_piece(self.path, self.offset, most)

    def move(self, piece: Piece) -> None:
        """Moves the position past a piece whose content is in MLflow."""
        self.offset, self.is_suspect = piece.ends, piece.records.is_damaged
        if self.is_suspect and not self._is_boundary:
            if not is_boundary(self.path, self.offset):  # it shrank, and grew again before this check
                self.begin_again()
                return
            self._is_boundary = True
        self.problem = f"{self.path.name} has a record too long to be read" if piece.passed_over else ""
        if self.head.length < min(_HEAD_BYTES, self.offset):
            self.head = head_of(self.path, min(_HEAD_BYTES, self.offset))
        if not piece.records.used and not piece.passed_over:
            self._stuck = self._found
            if piece.left:
                what = "is damaged at byte" if piece.records.is_damaged else "breaks off in the record at byte"
                self.problem = f"{self.path.name} {what} {self.offset:,}, and is read up to there"

    def resume(self, offset: int, head: Head, top: int | None, last_ms: int | None) -> None:
        """Continues from the position of an earlier import, if the file has not shrunk or changed since."""
        if self.offset < offset <= self._found.size and begins_as(self.path, head):
            self.offset, self.head, self.top, self.last_ms = offset, head, top, last_ms

    def begin_again(self) -> None:
        """Restarts at the first byte."""
        self.offset, self.top, self.last_ms, self._stuck = 0, None, None, None

    def is_same_file(self) -> bool:
        """Returns whether its path still leads to the same file; raises OSError."""
        return file_id(self.path) == self.id and begins_as(self.path, self.head)


class ClosedFile(NamedTuple):
    """A file that could not be opened, and why; `is_readable` if only its first record is missing so far."""

    found: FoundFile
    problem: str
    is_readable: bool


class FolderFiles:
    """The files of a folder that have a first record, by name; `voids` are the known discards by restarts."""

    def __init__(self) -> None:
        self.opened: dict[str, OpenedFile] = {}
        self.voids: set[Void] = set()
        self._closed: dict[str, ClosedFile] = {}
        self._found: dict[str, FoundFile] = {}

    def note(self, found: list[FoundFile]) -> None:
        """Updates the state of the folder from a new walk; opens nothing."""
        self._found = {file.path.name: file for file in found}
        self.opened = {name: file for name, file in self.opened.items() if name in self._found}
        for name, file in self.opened.items():
            file.note(self._found[name])

    def open_new(self) -> list[OpenedFile]:
        """Opens new and replaced files; those without a first record, or without permission, are skipped."""
        found = sorted(self._found.items())
        new = {name: opened for name, file in found if (opened := self._opened(name, file)) is not None}
        # A new dict, since another thread may iterate over the old one.
        self.opened = dict(sorted({**self.opened, **new}.items()))
        if not self.is_old:  # only recent files state restarts explicitly; for old ones a scan finds them
            for file in new.values():
                self.voids.update(file.voids)
        return list(new.values())

    @property
    def backlog(self) -> int:
        """The unread bytes of all files."""
        new = (
            found.size for name, found in self._found.items() if name not in self.opened and not self._is_closed(found)
        )
        return sum(file.backlog for file in self.opened.values()) + sum(new)

    @property
    def problems(self) -> list[str]:
        """The problems of files, a sentence each."""
        found = [closed.problem for name, closed in self._closed.items() if name in self._found]
        found += [f"{name} is empty" for name, file in self._found.items() if not file.size]
        return found + [file.problem for file in self.opened.values() if file.problem]

    @property
    def unread(self) -> list[str]:
        """The files without read permission, a sentence each."""
        return [one.problem for name, one in self._closed.items() if name in self._found and not one.is_readable]

    def next(self) -> OpenedFile | None:
        """Returns the first file with unread content."""
        return next((file for file in self.opened.values() if file.backlog), None)

    @property
    def is_old(self) -> bool:
        """Whether its files are in the old format, without explicit restarts."""
        versions = [file.version for file in self.opened.values()]
        return bool(versions) and (
            versions[0] is None or min(one or RECORDS_RESTARTS for one in versions) < RECORDS_RESTARTS
        )

    def scan(self) -> None:
        """Finds all restarts in all files; raises OSError."""
        self.voids.update(all_voids(file.path for file in self.opened.values()))

    def _is_closed(self, found: FoundFile) -> bool:
        known = self._closed.get(found.path.name)
        return known is not None and known.found == found

    def _opened(self, name: str, found: FoundFile) -> OpenedFile | None:
        """Returns a file to read from its beginning; None if it is open already, or cannot be opened."""
        known = self.opened.get(name)
        if (known is not None and not known.is_suspect) or self._is_closed(found):
            return None
        try:
            if known is not None and known.is_same_file() and found.size >= known.offset:
                known.is_suspect = False
                return None
            own_id = file_id(found.path)
            if own_id is not None:
                self._closed.pop(name, None)
                return OpenedFile(found, own_id)
            self._closed[name] = ClosedFile(found, f"{name} holds no whole record", is_readable=True)
        except OSError as error:
            self._closed[name] = ClosedFile(found, f"{name} cannot be read: {error.strerror}", is_readable=False)
        return None


def _first_wall(piece: Piece) -> float:
    records = piece.records
    if not len(records.starts):
        return 0.0
    start = int(records.starts[0])
    try:
        wall: float = Event.FromString(records.piece[start : start + int(records.lengths[0])].tobytes()).wall_time
    except DecodeError:
        return 0.0
    return wall
