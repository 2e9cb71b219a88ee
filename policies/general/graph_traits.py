"""Finds facts of an ONNX file beyond its tensors' shapes.

The operator of each output, and whether pixels are scaled.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from policies.protobuf_reading import BYTES, Field, fields

_GRAPH: Final = 7  # in a ModelProto
_NODE, _INITIALIZER = 1, 5  # in a GraphProto
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5  # in a NodeProto
_TENSOR: Final = 5  # in an AttributeProto
_DIMENSIONS, _FLOATS, _RAW = 1, 4, 9  # in a TensorProto
_PASSING_ON: Final = ("Identity", "Squeeze", "Unsqueeze", "Flatten")
_MAX_STEPS: Final = 10
_PIXELS: Final = frozenset(struct.pack(form, value) for form in ("<f", "<d") for value in (255.0, 1 / 255)) | frozenset(
    struct.pack(form, 255) for form in ("<i", "<q")
)


class _Node(NamedTuple):
    operator: str
    inputs: list[str]


class Traits(NamedTuple):
    """The operator of each tensor, by name, and whether the constant 255 or 1/255 is in the graph."""

    nodes: dict[str, _Node]
    scales_pixels: bool

    def operator_of(self, name: str) -> str | None:
        """Returns the operator behind a tensor, skipping those that only pass numbers on."""
        for _step in range(_MAX_STEPS):
            node = self.nodes.get(name)
            if node is None or node.operator not in _PASSING_ON or not node.inputs:
                return None if node is None else node.operator
            name = node.inputs[0]
        return None


def traits_of(model: bytes) -> Traits:
    """Reads a whole file; raises protobuf_reading.Damaged."""
    nodes: dict[str, _Node] = {}
    scales = False
    for graph in _parts(model, Field(0, BYTES, 0, 0, len(model), None), _GRAPH):
        for part in _parts(model, graph, _NODE):
            node, outputs, constant = _node(model, part)
            nodes |= dict.fromkeys(outputs, node)
            scales = scales or constant
        scales = scales or any(_is_pixel_scale(model, one) for one in _parts(model, graph, _INITIALIZER))
    return Traits(nodes, scales)


def _node(model: bytes, part: Field) -> tuple[_Node, list[str], bool]:
    texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: []}
    constant = False
    for field in fields(model, part.start, part.end):
        if field.number in texts and field.wire == BYTES:
            texts[field.number].append(model[field.start : field.end].decode(errors="replace"))
        elif field.number == _ATTRIBUTE and field.wire == BYTES:
            constant = constant or any(_is_pixel_scale(model, one) for one in _parts(model, field, _TENSOR))
    return _Node("".join(texts[_OPERATOR]), texts[_INPUT]), texts[_OUTPUT], constant


def _is_pixel_scale(model: bytes, tensor: Field) -> bool:
    """Returns whether it is a single number 255 or 1/255, by which pixels are scaled."""
    if tensor.end - tensor.start > 2**10:  # a single number is short, whatever its name
        return False
    found = list(fields(model, tensor.start, tensor.end))
    sizes = [one.value for one in found if one.number == _DIMENSIONS and one.value is not None]
    numbers = [model[one.start : one.end] for one in found if one.number in (_FLOATS, _RAW)]
    return all(size == 1 for size in sizes) and any(one in _PIXELS for one in numbers)


def _parts(model: bytes, whole: Field, number: int) -> Iterator[Field]:
    found = fields(model, whole.start, whole.end)
    return (field for field in found if field.number == number and field.wire == BYTES)
