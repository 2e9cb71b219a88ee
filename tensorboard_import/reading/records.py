"""The frames of a TFRecord file: a length, its checksum, the data, its checksum."""

from struct import Struct
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_import.reading.crc32c import masked_sums

HEAD: Final = 12
FRAME: Final = 16
"""The bytes of a frame besides its data."""
MAX_BYTES: Final = 32 * 2**20
"""Longer records, such as videos or graphs, are skipped, which bounds the memory."""
LONG: Final = 4_096
_HEAD: Final = Struct("<QI")
_MAX_AT_ONCE: Final = 8 * 2**20


class Records(NamedTuple):
    """The complete and valid records of a piece of a file.

    `starts` and `lengths` are those of the data, within the piece. `used` is their total size; `next_bytes` the size
    of the following record, 0 if there is none or its length is incomplete. `is_damaged`: what follows does not match
    its checksum.
    """

    piece: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    used: int
    next_bytes: int
    is_damaged: bool


def records_in(piece: bytes) -> Records:
    """Returns the records at the beginning of `piece`, up to the first incomplete or damaged one."""
    starts, used, next_bytes, damaged = _walk(piece)
    data = np.frombuffer(piece, np.uint8)
    begins = np.array(starts, np.int64)
    lengths = np.diff(np.append(begins, used + HEAD)) - FRAME
    sound = _sound(data, begins, lengths)
    if sound < len(begins):
        return Records(data, begins[:sound], lengths[:sound], int(begins[sound]) - HEAD, 0, True)
    return Records(data, begins, lengths, used, next_bytes, damaged)


def rows_of(data: NDArray[np.uint8], starts: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    """Returns the `length` bytes from each start on, a row each."""
    if length > LONG:  # an index per byte would take eight times as much memory
        return np.stack([data[start : start + length] for start in starts])
    rows: NDArray[np.uint8] = data[starts[:, None] + np.arange(length)]
    return rows


def _walk(piece: bytes) -> tuple[list[int], int, int, bool]:
    starts: list[int] = []
    unpack, size, place = _HEAD.unpack_from, len(piece), 0
    sums: dict[int, int] = {}
    while place + HEAD <= size:
        length, checksums = unpack(piece, place)
        if sums.get(length) != checksums:
            sums[length] = header_sum(length)
            if sums[length] != checksums:
                return starts, place, 0, True
        ends = place + FRAME + length
        if ends > size or length > MAX_BYTES:
            return starts, place, FRAME + length, False
        starts.append(place + HEAD)
        place = ends
    return starts, place, 0, False


def header_sum(length: int) -> int:
    """Returns the checksum of a length."""
    return int(masked_sums(np.frombuffer(length.to_bytes(8, "little"), np.uint8)[None])[0])


def _sound(data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> int:
    """Returns how many records, from the first on, match their checksums."""
    first_bad = len(starts)
    for length in np.unique(lengths):
        found = np.flatnonzero(lengths == length)
        checksums = rows_of(data, starts[found] + length, 4).view("<u4")[:, 0]
        for some in np.array_split(found, -(-len(found) * int(length) // _MAX_AT_ONCE) or 1):
            bad = np.flatnonzero(masked_sums(rows_of(data, starts[some], int(length))) != checksums[: len(some)])
            checksums = checksums[len(some) :]
            if len(bad):
                first_bad = min(first_bad, int(some[bad[0]]))
    return first_bad
