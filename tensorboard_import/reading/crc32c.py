"""CRC-32C of many records of one length in parallel, byte by byte; and of one long record.

It uses NumPy: a library call for each of a million records, or a Python loop over their bytes, would take longer than
all other reading.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL: Final = 0x82F63B78
_MASK_DELTA: Final = 0xA282EAD8
_BLOCK: Final = 256
_ALL: Final = np.uint32(0xFFFFFFFF)
Bytes = NDArray[np.uint8]
Sums = NDArray[np.uint32]


def masked_sums(rows: Bytes) -> Sums:
    """Returns the masked CRC-32C of each row of a matrix of bytes, as TFRecord files have it."""
    if rows.shape[1] > 4 * _BLOCK:
        return np.array([_masked(_long_sum(row)) for row in rows], np.uint32)
    return _masked(_sums(rows, _ALL) ^ _ALL)


def _table() -> Sums:
    sums = np.arange(256, dtype=np.uint32)
    for _bit in range(8):
        sums = np.where(sums & 1, (sums >> 1) ^ np.uint32(_POLYNOMIAL), sums >> 1).astype(np.uint32)
    return sums


_TABLE: Final = _table()


def _sums(rows: Bytes, start: np.uint32) -> Sums:
    """Returns the register after all bytes of each row, starting with `start`."""
    sums = np.full(len(rows), start, np.uint32)
    for column in np.ascontiguousarray(rows.T):
        sums = _TABLE[(sums ^ column) & np.uint32(0xFF)] ^ (sums >> np.uint32(8))
    return sums


def _moved_on(length: int) -> Sums:
    """Returns for each byte of the register, in four tables, its state after `length` zero bytes."""
    alone = np.arange(256, dtype=np.uint32)
    starts = np.concatenate([alone << np.uint32(8 * place) for place in range(4)])
    for _byte in range(length):
        starts = _TABLE[starts & np.uint32(0xFF)] ^ (starts >> np.uint32(8))
    return starts.reshape(4, 256)


_AFTER_A_BLOCK: Final = [row.tolist() for row in _moved_on(_BLOCK)]


def _long_sum(row: Bytes) -> np.uint32:
    """Returns the sum; blocks are summed in parallel from 0, then joined.

    The sum is linear, and leading zeros change nothing.
    """
    filled = np.zeros(-(-len(row) // _BLOCK) * _BLOCK, np.uint8)
    filled[-len(row) :] = row
    # Equivalent to starting with all ones.
    filled[len(filled) - len(row) : len(filled) - len(row) + 4] ^= np.uint8(0xFF)
    first, second, third, fourth = _AFTER_A_BLOCK
    register = 0
    for block in _sums(filled.reshape(-1, _BLOCK), np.uint32(0)).tolist():
        moved = first[register & 255] ^ second[register >> 8 & 255] ^ third[register >> 16 & 255]
        register = moved ^ fourth[register >> 24] ^ block
    return np.uint32(register) ^ _ALL


def _masked(sums: Sums | np.uint32) -> Sums:
    wide = np.asarray(sums, np.uint64)
    turned = (wide >> np.uint64(15)) | (wide << np.uint64(17))
    return ((turned + np.uint64(_MASK_DELTA)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
