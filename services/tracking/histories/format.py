"""The file format of a metric history: a checked header, then the columns step, value and timestamp, 8 bytes a cell.

Truncated, swapped or corrupted files are detected before any number is used.
"""

import mmap
import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.tracking.history import History
from domain.tracking.runs import LatestMetric, Run
from services.sharing.atomic_file import Content

_MAGIC = b"CLEWHIST"
_VERSION = 1
# Magic, version, length of the header, CRC-32 of the rest.
_PRELUDE = struct.Struct("<8sIII4x")
_COLUMNS = ("<i8", "<f8", "<i8")
_ALIGNMENT = 64


class Series(NamedTuple):
    """One metric of one run."""

    run_id: str
    key: str


class Entry(NamedTuple):
    """A history, with the run list's state when it was read; `exact` is False for an even sample of it."""

    history: History
    latest: LatestMetric
    over: bool
    exact: bool

    def is_current(self, run: Run, key: str) -> bool:
        """Returns whether no newer point is known."""
        return self.latest == run.metrics[key] and self.over == run.is_over


class _Header(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="strings")

    run_id: str
    key: str
    length: int = Field(ge=0)
    latest: LatestMetric
    over: bool
    exact: bool


class Damaged(ValueError):
    """The file's content is invalid."""


def encode(series: Series, entry: Entry) -> list[Content]:
    """Returns the file's content in parts; columns are not copied, since a long one has megabytes."""
    header = _Header(
        run_id=series.run_id,
        key=series.key,
        length=len(entry.history),
        latest=entry.latest,
        over=entry.over,
        exact=entry.exact,
    )
    text = header.model_dump_json().encode()
    text += b" " * (-(_PRELUDE.size + len(text)) % _ALIGNMENT)
    columns = (entry.history.step, entry.history.value, entry.history.timestamp)
    parts = [text, *(_bytes_of(column, kind) for column, kind in zip(columns, _COLUMNS, strict=True))]
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return [_PRELUDE.pack(_MAGIC, _VERSION, len(text), checksum), *parts]


def _bytes_of(column: NDArray[Any], kind: str) -> Content:
    """Returns the column's own memory if it has the file's type; an empty column has no view."""
    return np.ascontiguousarray(column, kind).data.cast("B") if len(column) else b""


def decode(series: Series, content: bytes | mmap.mmap) -> Entry:
    """Returns the entry in `content`, with columns that are views of it; raises `Damaged`."""
    header, start = _checked_header(content)
    if (header.run_id, header.key) != series:
        raise Damaged("is another history's")
    if len(content) != start + 8 * header.length * len(_COLUMNS):
        raise Damaged("is longer or shorter than its header says")
    step, value, timestamp = (
        np.frombuffer(content, kind, header.length, start + 8 * header.length * number)
        for number, kind in enumerate(_COLUMNS)
    )
    history = History(step=step, value=value, timestamp=timestamp)
    return Entry(history, header.latest, header.over, header.exact)


def _checked_header(content: bytes | mmap.mmap) -> tuple[_Header, int]:
    if len(content) < _PRELUDE.size:
        raise Damaged("is too short")
    magic, version, length, checksum = _PRELUDE.unpack_from(content)
    if (magic, version) != (_MAGIC, _VERSION):
        raise Damaged("is of another format")
    with memoryview(content) as view, view[_PRELUDE.size :] as body:
        if zlib.crc32(body) != checksum:
            raise Damaged("does not fit its checksum")
    start = _PRELUDE.size + length
    try:
        return _Header.model_validate_json(content[_PRELUDE.size : start]), start
    except ValidationError as error:
        raise Damaged("has a header that makes no sense") from error
