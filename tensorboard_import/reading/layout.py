"""The byte positions of the numbers in an event with one scalar: events of one tag differ only in these."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_WALL, _STEP, _SUMMARY = 1, 2, 5
_TAG, _SIMPLE, _TENSOR, _METADATA = 1, 2, 8, 9
# The fields of a tensor: its type, its content, and lists with one float or one double.
_DTYPE, _CONTENT = 1, 4
_LISTED: Final = {5: "<f4", 6: "<f8"}
_DTYPES: Final = {1: "<f4", 2: "<f8"}
_SCALARS: Final = b"\x0a\x09\x0a\x07scalars"
"""The metadata of a scalar tensor begins with its plugin's data, which begins with the plugin's name."""
_KNOWN: Final = {(_WALL, _EIGHT), (_STEP, _VARINT), (_SUMMARY, _BYTES)}
_MAX_STEP_BYTES: Final = 9
"""Only negative steps take ten."""


class _Field(NamedTuple):
    number: int
    kind: int
    begins: int
    ends: int


class Layout(NamedTuple):
    """The tag, the positions of wall time, value and step (None: it is 0), and which bits are fixed.

    `kind` is the NumPy type of the value.
    """

    tag: str
    wall: int | None
    step: tuple[int, int] | None
    value: int
    kind: str
    fixed: NDArray[np.uint8]


def layout_of(data: bytes) -> Layout | None:
    """Returns the layout of an event with exactly one scalar, of either version; None for any other."""
    try:
        return _layout(data)
    except (IndexError, UnicodeDecodeError, struct.error):
        return None


def _layout(data: bytes) -> Layout | None:
    fields = list(_fields(data, 0, len(data)))
    found = {field.number: field for field in fields}
    if len(found) != len(fields) or {field[:2] for field in fields} - _KNOWN or _SUMMARY not in found:
        return None
    values = list(_fields(data, found[_SUMMARY].begins, found[_SUMMARY].ends))
    if len(values) != 1 or values[0][:2] != (1, _BYTES):
        return None
    inner = {field.number: field for field in _fields(data, values[0].begins, values[0].ends)}
    value = _value_of(data, inner)
    wall, step = found.get(_WALL), found.get(_STEP)
    if value is None or (step is not None and step.ends - step.begins > _MAX_STEP_BYTES):
        return None
    tag = inner[_TAG]
    return Layout(
        data[tag.begins : tag.ends].decode(),
        None if wall is None else wall.begins,
        None if step is None else (step.begins, step.ends),
        *value,
        _fixed(len(data), wall, step, value),
    )


def _value_of(data: bytes, fields: dict[int, _Field]) -> tuple[int, str] | None:
    """Returns the position and kind of a summary's value."""
    if {number: field.kind for number, field in fields.items()} == {_TAG: _BYTES, _SIMPLE: _FOUR}:
        return fields[_SIMPLE].begins, "<f4"
    if set(fields) != {_TAG, _TENSOR, _METADATA} or {field.kind for field in fields.values()} != {_BYTES}:
        return None
    metadata = fields[_METADATA]
    return _tensor_value(data, fields[_TENSOR]) if data.startswith(_SCALARS, metadata.begins) else None


def _tensor_value(data: bytes, tensor: _Field) -> tuple[int, str] | None:
    parts = {field.number: field for field in _fields(data, tensor.begins, tensor.ends)}
    kind = _DTYPES.get(data[parts[_DTYPE].begins]) if _DTYPE in parts else None
    for number, field in parts.items():
        if kind and (number == _CONTENT or _LISTED.get(number) == kind) and field.ends - field.begins == int(kind[-1]):
            return field.begins, kind
    return None


def _fixed(length: int, wall: _Field | None, step: _Field | None, value: tuple[int, str]) -> NDArray[np.uint8]:
    fixed = np.full(length, 0xFF, np.uint8)
    fixed[value[0] : value[0] + int(value[1][-1])] = 0
    if wall is not None:
        fixed[wall.begins : wall.ends] = 0
    if step is not None:
        fixed[step.begins : step.ends] = 0x80  # the bit that says whether another byte follows
    return fixed


def _fields(data: bytes, place: int, ends: int) -> Iterator[_Field]:
    """Yields the fields of a message in the wire format; raises IndexError if it is invalid."""
    while place < ends:
        key, place = _varint(data, place)
        kind, begins = key & 7, place
        if kind == _VARINT:
            place = _varint(data, place)[1]
        elif kind == _BYTES:
            length, begins = _varint(data, place)
            place = begins + length
        elif kind in (_EIGHT, _FOUR):
            place += 8 if kind == _EIGHT else 4
        else:
            raise IndexError(place)
        if place > ends:
            raise IndexError(place)
        yield _Field(key >> 3, kind, begins, place)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7
