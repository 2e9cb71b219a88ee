"""The file format of the run table, which every worker of a host maps: a checked header, then the arrays as in memory.

Truncated, swapped or corrupted files are detected before any number is used.
"""

import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from domain.run_table.arrays.parts import KINDS, Parts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import TableFacts
from services.sharing.atomic_file import Content

_MAGIC: Final = b"CLEWRUNS"
_VERSION: Final = 1
# Magic, version, length of the header, CRC-32 of the rest.
_PRELUDE: Final = struct.Struct("<8sIII4x")
_ALIGNMENT: Final = 64


class _Header(BaseModel):
    facts: TableFacts
    lengths: list[int]
    """The number of cells of each array."""


class TableForm:
    """A `ValueForm` for run tables."""

    suffix = ".table"
    is_mapped = True

    def chunks(self, table: RunTable) -> Iterable[Content]:
        """Implements `ValueForm`; raises ValueError if the facts cannot be written as JSON."""
        arrays = [np.ascontiguousarray(array, kind) for array, kind in zip(table.parts.arrays(), KINDS, strict=True)]
        text = _Header(facts=table.facts, lengths=[len(array) for array in arrays]).model_dump_json().encode()
        body = [text, _padding(_PRELUDE.size + len(text)), *_aligned(arrays)]
        checksum = 0
        for chunk in body:
            checksum = zlib.crc32(chunk, checksum)
        return [_PRELUDE.pack(_MAGIC, _VERSION, len(text), checksum), *body]

    def read(self, file: BinaryIO) -> RunTable | None:
        """Implements `ValueForm`: the arrays are views of the file, which may be replaced or deleted meanwhile."""
        prelude = file.read(_PRELUDE.size)
        if len(prelude) < _PRELUDE.size:
            return None
        _magic, _version, length, checksum = _PRELUDE.unpack(prelude)
        if prelude != _PRELUDE.pack(_MAGIC, _VERSION, length, checksum):
            return None
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with memoryview(content) as view, view[_PRELUDE.size :] as body:
            if zlib.crc32(body) != checksum:
                return None
        try:
            header = _Header.model_validate_json(content[_PRELUDE.size : _PRELUDE.size + length])
        except ValidationError:
            return None
        arrays = _mapped(content, _PRELUDE.size + length, header.lengths)
        return None if arrays is None else RunTable(Parts.of_arrays(arrays), header.facts)


def _mapped(content: mmap.mmap, begin: int, lengths: Sequence[int]) -> list[NDArray[Any]] | None:
    """Returns the arrays of these lengths; None if the file's size differs."""
    if len(lengths) != len(KINDS) or min(lengths) < 0:
        return None
    sizes = [_padded(length * kind.itemsize) for length, kind in zip(lengths, KINDS, strict=True)]
    begins = list(accumulate(sizes, initial=_padded(begin)))
    if begins[-1] != len(content):
        return None
    return [
        np.frombuffer(content, kind, length, start) for kind, length, start in zip(KINDS, lengths, begins, strict=False)
    ]


def _aligned(arrays: Sequence[NDArray[Any]]) -> Iterator[Content]:
    for array in arrays:
        yield array.data.cast("B") if len(array) else b""
        yield _padding(array.nbytes)


def _padding(size: int) -> bytes:
    return bytes(_padded(size) - size)


def _padded(size: int) -> int:
    return size + -size % _ALIGNMENT
