"""Reads the tensors of an ONNX model without any library: nothing in the file is loaded or run."""

import mmap
from collections.abc import Iterator
from typing import IO, Final, cast

from domain.artifacts.previews import OnnxFacts, OnnxTensor
from domain.errors.artifacts.records import NotShown, OnnxUnreadable
from policies.protobuf_reading import BYTES, VARINT, Damaged, Field, fields

MAX_TENSORS: Final = 100
_MAX_FIELDS: Final = 300_000
"""Python reads this many fields of a hostile file in half a second."""
_LONGEST_NAME: Final = 200
_TYPES: Final = (
    *("undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16"),
    *("float64", "uint32", "uint64", "complex64", "complex128", "bfloat16"),
)
# Field numbers of onnx.proto3.
_PRODUCER, _GRAPH = 2, 7
_NODE, _WEIGHT, _INPUT, _OUTPUT = 1, 5, 11, 12


def onnx_facts(file: IO[bytes]) -> OnnxFacts:
    """Returns the inputs, outputs and weights of a model; raises `NotShown`."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        try:
            # The reader only takes slices, which are bytes.
            return _Reader(cast(bytes, mapped)).facts()
        except Damaged as error:
            raise NotShown(OnnxUnreadable()) from error


class _Reader:
    def __init__(self, model: bytes) -> None:
        self._model = model
        self._left = _MAX_FIELDS

    def facts(self) -> OnnxFacts:
        facts, has_graph = OnnxFacts(), False
        for field in self._fields(0, len(self._model)):
            if field.number == _GRAPH and field.wire == BYTES:
                has_graph = True
                self._graph(field, facts)
            elif field.number == _PRODUCER and field.wire == BYTES:
                facts.producer = self._text(field)
        if not has_graph:
            raise Damaged
        return facts

    def _graph(self, graph: Field, facts: OnnxFacts) -> None:
        for field in self._fields(graph.start, graph.end):
            if field.number == _NODE:
                facts.nodes += 1
            elif field.number == _WEIGHT:
                facts.weights_in_all += 1
                if len(facts.weights) < MAX_TENSORS:
                    facts.weights.append(self._weight(field))
            elif field.number in (_INPUT, _OUTPUT):
                place = facts.inputs if field.number == _INPUT else facts.outputs
                if len(place) < MAX_TENSORS:
                    place.append(self._value(field))

    def _weight(self, tensor: Field) -> OnnxTensor:
        found = OnnxTensor(name="", element_type=_TYPES[0], shape=[])
        for field in self._fields(tensor.start, tensor.end):
            if field.number == 1:
                found.shape += [field.value] if field.wire == VARINT else self._packed(field)
            elif field.number == 2 and field.value is not None:
                found.element_type = _type(field.value)
            elif field.number == 8 and field.wire == BYTES:
                found.name = self._text(field)
        return found

    def _value(self, info: Field) -> OnnxTensor:
        found = OnnxTensor(name="", element_type=_TYPES[0], shape=[])
        for field in self._fields(info.start, info.end):
            if field.number == 1 and field.wire == BYTES:
                found.name = self._text(field)
            elif field.number == 2:
                for tensor in self._within(field, 1):
                    self._tensor_type(tensor, found)
        return found

    def _tensor_type(self, tensor: Field, found: OnnxTensor) -> None:
        for field in self._fields(tensor.start, tensor.end):
            if field.number == 1 and field.value is not None:
                found.element_type = _type(field.value)
            elif field.number == 2 and field.wire == BYTES:
                found.shape = [self._dimension(one) for one in self._within(field, 1)]

    def _dimension(self, dimension: Field) -> int | str | None:
        for field in self._fields(dimension.start, dimension.end):
            if field.number == 1:
                return field.value
            if field.number == 2 and field.wire == BYTES:
                return self._text(field)
        return None

    def _packed(self, field: Field) -> list[int | str | None]:
        sizes, value, shift = [], 0, 0
        for byte in self._model[field.start : min(field.end, field.start + 640)]:
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                sizes.append(value)
                value, shift = 0, 0
        return cast("list[int | str | None]", sizes)

    def _within(self, field: Field, number: int) -> Iterator[Field]:
        return (one for one in self._fields(field.start, field.end) if one.number == number and one.wire == BYTES)

    def _fields(self, start: int, end: int) -> Iterator[Field]:
        for field in fields(self._model, start, end):
            self._left -= 1
            if self._left < 0:
                raise Damaged
            yield field

    def _text(self, field: Field) -> str:
        return self._model[field.start : min(field.end, field.start + _LONGEST_NAME)].decode("utf-8", "replace")


def _type(number: int) -> str:
    return _TYPES[number] if number < len(_TYPES) else str(number)
