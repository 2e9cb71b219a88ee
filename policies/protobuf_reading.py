"""Reads the fields of any protobuf message: without a library, in one pass over its bytes."""

from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT: Final = 0
BYTES: Final = 2
_FIXED_SIZES: Final = {1: 8, 5: 4}


class Damaged(Exception):
    """The bytes are no protobuf message."""


class Field(NamedTuple):
    """A field within its message: its tag is at `begin`, its content from `start` to `end`.

    `value` if it is a varint.
    """

    number: int
    wire: int
    begin: int
    start: int
    end: int
    value: int | None


def fields(message: bytes, at: int, end: int) -> Iterator[Field]:
    """Yields the fields between two positions of `message`; raises Damaged at an invalid one."""
    while at < end:
        number, wire, content = _tag(message, at, end)
        start, after, value = _content(message, wire, content, end)
        yield Field(number, wire, at, start, after, value)
        at = after


def field_of_bytes(number: int, content: bytes) -> bytes:
    """Returns a field with this content, in the format that `fields` reads."""
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def varint(value: int) -> bytes:
    """Returns a number as varint: seven bits per byte, the lowest first."""
    written = b""
    while value >= 0x80:
        written, value = written + bytes([value & 0x7F | 0x80]), value >> 7
    return written + bytes([value])


def _tag(message: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Returns a field's number, its wire type, and the position of its value."""
    tag, at = _varint(message, at, end)
    # Parsers truncate a longer tag to 32 bits, each in its own way; no exporter writes one.
    if not 8 <= tag < 2**32:
        raise Damaged
    return tag >> 3, tag & 7, at


def _content(message: bytes, wire: int, at: int, end: int) -> tuple[int, int, int | None]:
    """Returns the begin and end of a field's content, and its value if it is a varint."""
    value = None
    start = at
    if wire == VARINT:
        value, after = _varint(message, at, end)
    elif wire == BYTES:
        size, start = _varint(message, at, end)
        after = start + size
    elif wire in _FIXED_SIZES:
        after = at + _FIXED_SIZES[wire]
    else:  # a group, which ONNX does not use, or an invalid wire type
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
