"""Reads from an ONNX file only what has to be known before any library may load it: whether it refers to other files.

An ONNX file is a protobuf `ModelProto`. A tensor in it may name a file that holds its numbers ("external data"),
which onnxruntime would open relative to the working directory. This check needs no library, and opens nothing.
"""

from typing import Final

from domain.errors.policy_files import ExternalData, FileDamaged, NotOnnx
from domain.messages import Message
from policies.protobuf_reading import BYTES, Damaged, Field, fields

# The fields that lead to a tensor, per message, by field number (onnx.proto3; a test compares this with onnx itself).
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

_IR_VERSION_TAG: Final = 0x08  # every exporter writes this first
DEEPEST: Final = 100  # protobuf's own limit


def trouble_in(model: bytes) -> Message | None:
    """Returns why onnxruntime must not load the file; None if it may."""
    try:
        if _points_elsewhere(model):
            return ExternalData()
    except Damaged:
        if model[:1] == bytes([_IR_VERSION_TAG]):
            return FileDamaged()
        return NotOnnx()
    return None


def _points_elsewhere(model: bytes) -> bool:
    """Returns whether any tensor, at any depth, has external data. Raises Damaged."""
    frames = [("ModelProto", fields(model, 0, len(model)))]
    while frames:
        kind, left = frames[-1]
        field = next(left, None)
        if field is None:
            frames.pop()
            continue
        if kind == "TensorProto" and is_pointer(field):
            return True
        part = PARTS[kind].get(field.number)
        if part is not None and field.wire == BYTES:
            frames.append((part, fields(model, field.start, field.end)))
        if len(frames) > DEEPEST:
            raise Damaged
    return False


def is_pointer(field: Field) -> bool:
    """Returns whether a field of a tensor refers to external data.

    Either field is enough, whatever its wire type: better to refuse a file that some parser would accept.
    """
    return field.number == EXTERNAL_DATA or (field.number == DATA_LOCATION and field.value != 0)
