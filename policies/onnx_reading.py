"""Reads of an ONNX file only what has to be known before any library may touch it: whether it points at other files.

An ONNX file is a protobuf `ModelProto`. A tensor in it may name a file that holds its numbers ("external data"), which
onnxruntime would open relative to the working directory. Reading this much takes no library, and opens nothing.
"""

from typing import Final

from domain.errors.policy_files import ExternalData, FileDamaged, NotOnnx
from domain.messages import Message

# Which fields of which message lead to a tensor, by field number (onnx.proto3; a test compares this with onnx itself).
PARTS: Final[dict[str, dict[int, str]]] = {
    "ModelProto": {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "FunctionProto": {7: "NodeProto", 11: "AttributeProto"},
    "GraphProto": {1: "NodeProto", 5: "TensorProto", 15: "SparseTensorProto"},
    "NodeProto": {5: "AttributeProto"},
    "AttributeProto": {
        5: "TensorProto",
        6: "GraphProto",
        10: "TensorProto",
        11: "GraphProto",
        22: "SparseTensorProto",
        23: "SparseTensorProto",
    },
    "SparseTensorProto": {1: "TensorProto", 2: "TensorProto"},
    "TensorProto": {},
}
EXTERNAL_DATA: Final = 13
DATA_LOCATION: Final = 14

_VARINT, _BYTES = 0, 2
_FIXED_SIZES: Final = {1: 8, 5: 4}
_IR_VERSION_TAG: Final = 0x08  # what every exporter writes first
_DEEPEST: Final = 100  # protobuf's own limit


class _Damaged(Exception):
    """The bytes are no protobuf message."""


def trouble_in(model: bytes) -> Message | None:
    """Says why onnxruntime must not see the file; None where nothing speaks against it."""
    try:
        if _points_elsewhere(model):
            return ExternalData()
    except _Damaged:
        if model[:1] == bytes([_IR_VERSION_TAG]):
            return FileDamaged()
        return NotOnnx()
    return None


def _points_elsewhere(model: bytes) -> bool:
    """Whether any tensor, however deep, has external data. Raises _Damaged."""
    frames = [("ModelProto", 0, len(model))]
    while frames:
        kind, at, end = frames.pop()
        while at < end:
            number, wire, at = _tag(model, at, end)
            start, at, value = _field(model, wire, at, end)
            # Either field is enough, whatever its wire type: better to refuse what a parser might have skipped.
            if kind == "TensorProto" and (number == EXTERNAL_DATA or (number == DATA_LOCATION and value != 0)):
                return True
            part = PARTS[kind].get(number)
            if part is not None and wire == _BYTES:
                frames += [(kind, at, end), (part, start, at)]
                break
        if len(frames) > _DEEPEST:
            raise _Damaged
    return False


def _tag(model: bytes, at: int, end: int) -> tuple[int, int, int]:
    """A field's number, its wire type, and where its value begins."""
    tag, at = _varint(model, at, end)
    # Parsers cut a longer tag to 32 bits, each in its own way; none is written by any exporter.
    if not 8 <= tag < 2**32:
        raise _Damaged
    return tag >> 3, tag & 7, at


def _field(model: bytes, wire: int, at: int, end: int) -> tuple[int, int, int | None]:
    """Where a field's content begins and ends, and its value where that is a varint."""
    value = None
    start = at
    if wire == _VARINT:
        value, after = _varint(model, at, end)
    elif wire == _BYTES:
        size, start = _varint(model, at, end)
        after = start + size
    elif wire in _FIXED_SIZES:
        after = at + _FIXED_SIZES[wire]
    else:  # a group, which ONNX has none of, or no wire type at all
        raise _Damaged
    if after > end:
        raise _Damaged
    return start, after, value


def _varint(model: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(model[at : min(at + 10, end)]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise _Damaged
