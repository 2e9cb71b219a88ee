"""The event files of one folder: who they are, how far each was read, and what restarts in them make void."""

from typing import Final, NamedTuple

from google.protobuf.message import DecodeError

from tensorboard_import.folders.event_file import Head, Piece, begins_as, file_id, head_of, is_boundary, read_piece
from tensorboard_import.folders.restarts import RECORDS_RESTARTS, Void, all_voids, version_of, voids_of
from tensorboard_import.folders.walk import FoundFile
from tensorboard_import.reading.events import content_of
from tensorboard_import.reading.protos import Event

_HEAD_BYTES: Final = 64 * 2**10


class OpenedFile:
    """An event file whose first record is there: its id, and where reading goes on."""

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
        # A writer may be given times of its own, earlier than the making of its file.
        self.first_wall = min([_first_wall(first), *content.points.wall[content.points.wall > 0].tolist()])
        self.head = head_of(path, min(_HEAD_BYTES, first.ends))
        self.is_suspect = False
        """Whether another file may lie there by now."""
        self._found = found
        self._is_boundary = False
        self._stuck: FoundFile | None = None

    def note(self, found: FoundFile) -> None:
        """Takes in how it is found by now."""
        if found.size < self.offset or self._found.inode not in (0, found.inode):
            self.is_suspect = True
        self._found = found

    @property
    def backlog(self) -> int:
        """Bytes that are not read yet, 0 where nothing changed since the last attempt."""
        if self._stuck == self._found:
            return 0
        return self._found.size if self.is_suspect else max(0, self._found.size - self.offset)

    def read(self, most: int) -> Piece:
        """Returns the next piece; it counts as read only once `move` was called. Raises OSError."""
        return read_piece(self.path, self.offset, most)

    def move(self, piece: Piece) -> None:
        """Goes on behind a piece whose content is in MLflow."""
        self.offset, self.is_suspect = piece.ends, piece.records.is_damaged
        if self.is_suspect and not self._is_boundary:
            if not is_boundary(self.path, self.offset):  # it shrank, and grew again before it was looked at
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

    def take_up(self, offset: int, head: Head, top: int | None, last_ms: int | None) -> None:
        """Goes on where an earlier import was, if the file has not shrunk or changed since."""
        if self.offset < offset <= self._found.size and begins_as(self.path, head):
            self.offset, self.head, self.top, self.last_ms = offset, head, top, last_ms

    def begin_again(self) -> None:
        """Reads it from its first byte on."""
        self.offset, self.top, self.last_ms, self._stuck = 0, None, None, None

    def is_same_file(self) -> bool:
        """Returns whether what lies at its path is still it; raises OSError."""
        return file_id(self.path) == self.id and begins_as(self.path, self.head)


class ClosedFile(NamedTuple):
    """A file that could not be opened as it was found, and why; `is_readable` where only no record is there yet."""

    found: FoundFile
    problem: str
    is_readable: bool


class FolderFiles:
    """Those of a folder that have a first record, by name; `voids` is all that is known to count no more."""

    def __init__(self) -> None:
        self.opened: dict[str, OpenedFile] = {}
        self.voids: set[Void] = set()
        self._closed: dict[str, ClosedFile] = {}
        self._found: dict[str, FoundFile] = {}

    def note(self, found: list[FoundFile]) -> None:
        """Takes in what the folder holds by now; opens nothing."""
        self._found = {file.path.name: file for file in found}
        self.opened = {name: file for name, file in self.opened.items() if name in self._found}
        for name, file in self.opened.items():
            file.note(self._found[name])

    def open_new(self) -> list[OpenedFile]:
        """Opens the files that are new, or were replaced; one without a first record or rights is left closed."""
        found = sorted(self._found.items())
        new = {name: opened for name, file in found if (opened := self._opened(name, file)) is not None}
        self.opened = dict(sorted({**self.opened, **new}.items()))  # another: somebody may be counting the old one
        if not self.is_old:  # what restarts say counts in files of today only; of others a scan tells
            for file in new.values():
                self.voids.update(file.voids)
        return list(new.values())

    @property
    def backlog(self) -> int:
        """Bytes of all files that are not read yet."""
        new = (
            found.size for name, found in self._found.items() if name not in self.opened and not self._is_closed(found)
        )
        return sum(file.backlog for file in self.opened.values()) + sum(new)

    @property
    def problems(self) -> list[str]:
        """What is wrong with files, a sentence each."""
        found = [closed.problem for name, closed in self._closed.items() if name in self._found]
        found += [f"{name} is empty" for name, file in self._found.items() if not file.size]
        return found + [file.problem for file in self.opened.values() if file.problem]

    @property
    def unread(self) -> list[str]:
        """Which files the system lets nobody read, a sentence each."""
        return [one.problem for name, one in self._closed.items() if name in self._found and not one.is_readable]

    def next(self) -> OpenedFile | None:
        """Returns the first file that has more to read."""
        return next((file for file in self.opened.values() if file.backlog), None)

    @property
    def is_old(self) -> bool:
        """Whether its files are of the time before writers told of their restarts."""
        versions = [file.version for file in self.opened.values()]
        return bool(versions) and (
            versions[0] is None or min(one or RECORDS_RESTARTS for one in versions) < RECORDS_RESTARTS
        )

    def scan(self) -> None:
        """Finds all that restarts make void, wherever in the files; raises OSError."""
        self.voids.update(all_voids(file.path for file in self.opened.values()))

    def _is_closed(self, found: FoundFile) -> bool:
        known = self._closed.get(found.path.name)
        return known is not None and known.found == found

    def _opened(self, name: str, found: FoundFile) -> OpenedFile | None:
        """Returns a file to read from its beginning; None where it is open already, or cannot be."""
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
