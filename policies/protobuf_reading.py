"""Reads the fields of a protobuf message, whatever it means: no library, one pass over its bytes."""

from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT: Final = 0
BYTES: Final = 2
_FIXED_SIZES: Final = {1: 8, 5: 4}


class Damaged(Exception):
    """The bytes are no protobuf message."""


class Field(NamedTuple):
    """A field as it lies in its message: tag at `begin`, content from `start` to `end`, `value` of a varint."""

    number: int
    wire: int
    begin: int
    start: int
    end: int
    value: int | None


def fields(message: bytes, at: int, end: int) -> Iterator[Field]:
    """Yields the fields between two places of `message`; raises Damaged where one does not fit."""
    while at < end:
        number, wire, content = _tag(message, at, end)
        start, after, value = _content(message, wire, content, end)
        yield Field(number, wire, at, start, after, value)
        at = after


def field_of_bytes(number: int, content: bytes) -> bytes:
    """Returns a field with this content, as `fields` would read it."""
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def varint(value: int) -> bytes:
    """Returns a number of any size, seven bits a byte, the lowest first."""
    written = b""
    while value >= 0x80:
        written, value = written + bytes([value & 0x7F | 0x80]), value >> 7
    return written + bytes([value])


def _tag(message: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Returns a field's number, its wire type, and where its value begins."""
    tag, at = _varint(message, at, end)
    # Parsers cut a longer tag to 32 bits, each in its own way; none is written by any exporter.
    if not 8 <= tag < 2**32:
        raise Damaged
    return tag >> 3, tag & 7, at


def _content(message: bytes, wire: int, at: int, end: int) -> tuple[int, int, int | None]:
    """Returns where a field's content begins and ends, and its value where that is a varint."""
    value = None
    start = at
    if wire == VARINT:
        value, after = _varint(message, at, end)
    elif wire == BYTES:
        size, start = _varint(message, at, end)
        after = start + size
    elif wire in _FIXED_SIZES:
        after = at + _FIXED_SIZES[wire]
    else:  # a group, which ONNX has none of, or no wire type at all
        raise Damaged
    if after > end:
        raise Damaged
    return start, after, value


def _varint(message: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : min(at + 10, end)]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise Damaged
