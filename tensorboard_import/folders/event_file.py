"""One event file, read piece by piece from the last position; identified by content, independent of its path."""

import hashlib
import os
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from tensorboard_import.reading.records import FRAME, HEAD, MAX_BYTES, Records, records_in

MAX_HEAD: Final = 64 * 2**10
_FIRST_READ: Final = 4 * 2**10


class Head(BaseModel):
    """The beginning of a file: its length, and the SHA-256."""

    model_config = ConfigDict(frozen=True)

    length: int
    sha256: str


class Piece(NamedTuple):
    """A read piece: the records from `begins` on, and how many bytes follow them in the file.

    `passed_over` is the length of a record that is too long to be read, 0 if there is none.
    """

    begins: int
    records: Records
    left: int
    passed_over: int

    @property
    def ends(self) -> int:
        """The position of the next piece."""
        return self.begins + self.records.used + self.passed_over


def file_id(path: Path) -> str | None:
    """Returns the identity of a file: its name and its first record, which has its creation time; None without a
    record.

    Raises OSError.
    """
    with path.open("rb") as file:
        start = file.read(_FIRST_READ)
        # Only the first: the other checksums are checked later.
        records = records_in(start[: FRAME + int.from_bytes(start[:8], "little")])
        if not len(records.starts) and len(start) < records.next_bytes <= MAX_BYTES:
            records = records_in(start + file.read(records.next_bytes - len(start)))
    if not len(records.starts):
        return None
    first = records.piece[HEAD : HEAD + int(records.lengths[0])].tobytes()
    return hashlib.sha256(path.name.encode(errors="surrogateescape") + b"\0" + first).hexdigest()[:16]


def head_of(path: Path, most: int = MAX_HEAD) -> Head:
    """Returns the first bytes of a file; raises OSError."""
    with path.open("rb") as file:
        start = file.read(most)
    return Head(length=len(start), sha256=hashlib.sha256(start).hexdigest())


def begins_as(path: Path, head: Head) -> bool:
    """Returns whether a file still has the same beginning; raises OSError."""
    return head_of(path, head.length) == head


def is_boundary(path: Path, place: int) -> bool:
    """Returns whether a record ends at this position, counting from the first byte; raises OSError."""
    at = 0
    while at < place:
        piece = read_piece(path, at, min(MAX_HEAD * 16, place - at))
        if piece.ends == at:
            return False
        at = piece.ends
    return at == place


def read_piece(path: Path, begins: int, most: int) -> Piece:
    """Returns the complete records from `begins` on, about `most` bytes of them, but at least one if possible.

    Raises OSError.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(begins)
        data = file.read(most)
        records = records_in(data)
        # The next record is longer than `most`.
        if not records.used and len(data) < records.next_bytes <= MAX_BYTES + FRAME:
            data += file.read(records.next_bytes - len(data))
            records = records_in(data)
    left = max(0, size - begins - records.used)
    passed_over = records.next_bytes if MAX_BYTES + FRAME < records.next_bytes <= left else 0
    return Piece(begins, records, left - passed_over, passed_over)
