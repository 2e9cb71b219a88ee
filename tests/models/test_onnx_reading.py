"""A file that points at other files is detected before any library reads it, wherever in it the pointer is."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import Message

pytest.importorskip("onnx")

import onnx
from google.protobuf.message import DecodeError
from onnx import TensorProto, helper

from policies.onnx_reading import DATA_LOCATION, EXTERNAL_DATA, PARTS, trouble_in
from tests.models import policies
from tests.models.policies import BIAS, WEIGHTS, gemm, model, tensor_in_file

GOOD = policies.q_values()


def in_attribute() -> bytes:
    return model([gemm("q_values"), helper.make_node("Constant", [], ["unused"], value=tensor_in_file("x"))])


def in_list_of_tensors() -> bytes:
    node = helper.make_node("Made", [], ["unused"], domain="own")
    node.attribute.append(helper.make_attribute("many", [WEIGHTS, tensor_in_file("x")]))
    return model([gemm("q_values"), node])


def in_branch() -> bytes:
    branch = helper.make_graph([gemm("inner")], "branch", [], [policies.tensor("inner", None)], [tensor_in_file("x")])
    node = helper.make_node("If", ["true"], ["q_values"], then_branch=branch, else_branch=branch)
    return model([node])


def in_function() -> bytes:
    constant = helper.make_node("Constant", [], ["out"], value=tensor_in_file("x"))
    function = helper.make_function("own", "Made", [], ["out"], [constant], [helper.make_opsetid("", 17)])
    return model([gemm("q_values")], functions=[function])


def in_sparse() -> bytes:
    whole = onnx.load_model_from_string(GOOD)
    whole.graph.sparse_initializer.add().values.CopyFrom(tensor_in_file("x"))
    data: bytes = whole.SerializeToString()
    return data


def in_weights() -> bytes:
    return model([gemm("q_values")], weights=[tensor_in_file("x"), BIAS])


def without_location_field() -> bytes:
    quiet = tensor_in_file("x")
    quiet.ClearField("data_location")
    return model([gemm("q_values")], weights=[quiet, BIAS])


def without_a_file_name() -> bytes:
    nameless = tensor_in_file("x")
    nameless.ClearField("external_data")
    return model([gemm("q_values")], weights=[nameless, BIAS])


def with_a_padded_number() -> bytes:
    """Returns the same number in a longer spelling, as protobuf allows: 0x70 0x81 0x80 0x00 is field 14 = 1."""
    short, long = bytes([0x70, 0x01]), bytes([0x70, 0x81, 0x80, 0x00])
    nameless = tensor_in_file("x")
    nameless.ClearField("external_data")
    inner = nameless.SerializeToString().replace(short, long)
    return b"\x08\x09" + _field(7, _field(5, inner))


def _field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


@pytest.mark.parametrize(
    "build",
    [
        in_weights,
        in_attribute,
        in_list_of_tensors,
        in_branch,
        in_function,
        in_sparse,
        without_location_field,
        without_a_file_name,
        with_a_padded_number,
    ],
)
def test_a_pointer_at_another_file_is_found_wherever_it_is(build: Callable[[], bytes]) -> None:
    assert "other files" in str(trouble_in(build()))


@pytest.mark.parametrize(
    "good", [GOOD, policies.action_probabilities(), policies.endless()], ids=["values", "probabilities", "loop"]
)
def test_a_file_with_its_own_weights_is_accepted(good: bytes) -> None:
    assert trouble_in(good) is None


def test_the_table_of_fields_is_that_of_onnx() -> None:
    leads: dict[str, dict[int, str]] = {"TensorProto": {}}
    messages = _reachable(onnx.ModelProto.DESCRIPTOR)
    while True:
        before = {name: dict(fields) for name, fields in leads.items()}
        for name, descriptor in messages.items():
            fields = {f.number: f.message_type.name for f in descriptor.fields if f.message_type is not None}
            if found := {number: kind for number, kind in fields.items() if kind in leads}:
                leads[name] = found
        if before == leads:
            break
    assert leads == PARTS
    assert TensorProto.DESCRIPTOR.fields_by_name["external_data"].number == EXTERNAL_DATA
    assert TensorProto.DESCRIPTOR.fields_by_name["data_location"].number == DATA_LOCATION


def _reachable(descriptor: Any) -> dict[str, Any]:
    found, left = {}, [descriptor]
    while left:
        one = left.pop()
        if one.name not in found:
            found[one.name] = one
            left += [field.message_type for field in one.fields if field.message_type is not None]
    return found


def test_deep_nesting_is_reported_as_damage() -> None:
    inner = b""
    for _ in range(40):
        inner = _graph_in_a_graph(inner)
    assert str(trouble_in(b"\x08\x09\x3a" + _length(inner) + inner)) == "The policy file is cut short or damaged."


def _graph_in_a_graph(inner: bytes) -> bytes:
    """Returns a graph with a node with an attribute that is the given graph."""
    for tag in (6 << 3 | 2, 5 << 3 | 2, 1 << 3 | 2):
        inner = bytes([tag]) + _length(inner) + inner
    return inner


def _length(content: bytes) -> bytes:
    size, written = len(content), b""
    while size >= 128:
        written, size = written + bytes([size & 127 | 128]), size >> 7
    return written + bytes([size])


@given(st.binary(max_size=200))
def test_random_bytes_cause_no_failure(noise: bytes) -> None:
    for data in (noise, GOOD[:5] + noise, GOOD[:-5] + noise):
        assert isinstance(trouble_in(data), Message | None)


AWAY = in_weights()


@given(st.integers(0, len(AWAY) - 1), st.integers(0, 7))
def test_onnx_itself_finds_no_pointer_in_accepted_files(position: int, bit: int) -> None:
    data = bytearray(AWAY)
    data[position] ^= 1 << bit
    try:
        parsed = onnx.load_model_from_string(bytes(data))
    except (DecodeError, ValueError):
        return
    away = any(t.external_data or t.data_location == TensorProto.EXTERNAL for t in parsed.graph.initializer)
    assert not away or trouble_in(bytes(data)) is not None
