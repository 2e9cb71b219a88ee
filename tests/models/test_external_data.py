"""A policy with external data is merged into one file, from its own folder alone and within the limits."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("onnx")

import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import convert_model_to_external_data

from domain.errors import PolicyRefused
from policies.external_data import MAX_FILES, inlined, locations_in
from policies.onnx_reading import trouble_in
from tests.models import policies
from tests.models.policies import BIAS, WEIGHTS, gemm, model, tensor
from tests.models.test_onnx_reading import in_attribute, in_branch, in_function, in_list_of_tensors, in_sparse

MAX_BYTES = 2**20
GOOD = policies.q_values()
OBSERVATIONS = np.random.default_rng(0).integers(0, 3, (7, 25)).astype(np.float32)


def with_external_data(folder: Path, onnx_model: bytes, **how: Any) -> tuple[bytes, dict[str, bytes]]:
    """Returns the model as onnx itself writes it with external data, and its other files."""
    whole = onnx.load_model_from_string(onnx_model)
    convert_model_to_external_data(whole, size_threshold=0, convert_attribute=True, **how)
    (apart := folder / "apart").mkdir()
    onnx.save_model(whole, str(apart / "model.onnx"))
    other_files = {path.name: path.read_bytes() for path in apart.iterdir() if path.name != "model.onnx"}
    return (apart / "model.onnx").read_bytes(), other_files


@pytest.mark.parametrize("how", [{"location": "model.onnx.data"}, {}, {"all_tensors_to_one_file": False}])
@pytest.mark.parametrize("policy", [policies.q_values, policies.action_probabilities, policies.endless])
def test_external_data_written_by_onnx_is_merged_into_one_file(
    tmp_path: Path, how: Any, policy: Callable[[], bytes]
) -> None:
    apart, other_files = with_external_data(tmp_path, policy(), **how)
    assert trouble_in(apart) is not None
    assert set(locations_in(apart)) == set(other_files)
    whole = inlined(apart, other_files, MAX_BYTES)
    assert trouble_in(whole) is None
    assert locations_in(whole) == []
    assert arrays(whole) == arrays(policy())


def arrays(onnx_model: bytes) -> dict[str, list[Any]]:
    found = onnx.load_model_from_string(onnx_model).graph.initializer
    return {one.name: numpy_helper.to_array(one).tolist() for one in found}


def test_a_merged_policy_gives_the_same_scores(tmp_path: Path) -> None:
    apart, other_files = with_external_data(tmp_path, GOOD, location="weights.bin")
    one, other = (onnxruntime.InferenceSession(each) for each in (GOOD, inlined(apart, other_files, MAX_BYTES)))
    given = {"observation": OBSERVATIONS}
    assert np.array_equal(one.run(None, given)[0], other.run(None, given)[0])


@pytest.mark.parametrize("build", [in_attribute, in_list_of_tensors, in_branch, in_function, in_sparse])
def test_a_pointer_anywhere_in_the_file_is_merged(build: Callable[[], bytes]) -> None:
    numbers = np.arange(100, dtype=np.float32).tobytes()
    apart = build()
    assert locations_in(apart) == ["x"]
    whole = inlined(apart, {"x": numbers}, MAX_BYTES)
    assert trouble_in(whole) is None
    parsed = onnx.load_model_from_string(whole)
    assert numbers in whole
    assert parsed.ByteSize() == len(whole)


def external_tensor(*entries: tuple[str, str], dims: tuple[int, ...] = (4, 25), name: str = "weights") -> Any:
    pointer = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=dims, data_location=TensorProto.EXTERNAL)
    for key, value in entries:
        pointer.external_data.add(key=key, value=value)
    return pointer


def model_with_external_tensor(*entries: tuple[str, str]) -> bytes:
    return model([gemm("q_values")], weights=[external_tensor(*entries), BIAS])


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=9), min_size=1, max_size=6),
    st.integers(0, 70),
    st.booleans(),
)
def test_offsets_and_lengths_of_external_data_are_respected(
    values: list[list[float]], gap: int, last_without_length: bool
) -> None:
    data, pointers = b"", []
    for number, row in enumerate(values):
        data += bytes(gap)
        entries = [("location", "d"), ("offset", str(len(data))), ("length", str(4 * len(row))), ("checksum", "0")]
        if last_without_length and number == len(values) - 1:
            del entries[2]
        pointers.append(external_tensor(*entries, dims=(len(row),), name=f"w{number}"))
        data += np.array(row, np.float32).tobytes()
    whole = inlined(model([gemm("q_values")], weights=[WEIGHTS, BIAS, *pointers]), {"d": data}, MAX_BYTES)
    found = arrays(whole)
    assert [found[f"w{number}"] for number in range(len(values))] == [np.array(r, np.float32).tolist() for r in values]


HOSTILE = [
    *("/etc/passwd", "../x", "a/../../x", "a/..", "..", ".", "", "~/../x", "C:\\x", "\\\\host\\x", "a\\..\\x"),
    *(
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "s3://b/x",
        "a//b",
        "a/./b",
        "./../x",
        ".hidden/../x",
        "x\x00",
        "a\nb",
    ),
    *(
        "%2e%2e/x",
        "..%2fx",
        "x?y",
        "x#y",
        "*/_ORT_MEM_ADDR_/*",
        "/dev/zero",
        "//x",
        "x/",
        "é" * 201,
        "\ufffd",
        ".netrc",
    ),
]


@pytest.mark.parametrize("location", HOSTILE, ids=ascii)
def test_a_file_outside_of_its_folder_is_refused_with_a_remedy(location: str) -> None:
    if location == "*/_ORT_MEM_ADDR_/*":  # onnxruntime takes this as an address in memory; here it is a name of a file
        assert locations_in(model_with_external_tensor(("location", location))) == [location]
        return
    with pytest.raises(PolicyRefused, match=r"external data.*export it as one file") as refused:
        locations_in(model_with_external_tensor(("location", location)))
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@given(st.text(max_size=30))
def test_no_location_leads_out_of_the_folder(location: str) -> None:
    try:
        found = locations_in(model_with_external_tensor(("location", location)))
    except PolicyRefused:
        return
    (name,) = found
    inside = Path("/folder/of/version")
    assert (inside / name).is_relative_to(inside)
    assert ".." not in Path(name).parts
    assert name.isprintable() or all(ord(letter) >= 32 for letter in name)


@pytest.mark.parametrize(
    "name", ["weights.bin", "./weights.bin", "data/0/weights", "重み.bin", "a b", "model.onnx.data"]
)
def test_plain_file_names_are_accepted(name: str) -> None:
    assert locations_in(model_with_external_tensor(("location", name))) == [name.removeprefix("./")]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "does not state where its weights are"),
        ([("offset", "0")], "does not state where"),
        ([("location", "d"), ("offset", "-4")], "does not state where"),
        ([("location", "d"), ("length", "-4")], "does not state where"),
        ([("location", "d"), ("offset", "many")], "does not state where"),
        ([("location", "d"), ("length", "9" * 5000)], "does not state where"),
        ([("location", "d"), ("offset", "401")], "cut short"),
        ([("location", "d"), ("offset", "1"), ("length", "400")], "cut short"),
        ([("location", "d"), ("length", str(2**63))], "cut short"),
    ],
    ids=["nothing", "no file", "negative", "negative length", "words", "digits", "beyond", "past the end", "vast"],
)
def test_invalid_offsets_and_lengths_are_refused(entries: list[tuple[str, str]], message: str) -> None:
    apart = model_with_external_tensor(*entries)
    with pytest.raises(PolicyRefused, match=message):
        inlined(apart, dict.fromkeys(locations_in(apart), bytes(400)), MAX_BYTES)


def test_a_thousand_tensors_with_the_same_data_do_not_fill_the_memory() -> None:
    data = bytes(60 * 2**10)
    pointers = [external_tensor(("location", "d"), dims=(15 * 2**10,), name=f"w{number}") for number in range(1000)]
    apart = model([gemm("q_values")], weights=[WEIGHTS, BIAS, *pointers])
    tracemalloc.start()
    with pytest.raises(PolicyRefused, match="more than 1 MiB together"):
        inlined(apart, {"d": data}, MAX_BYTES)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_the_number_of_other_files_is_limited() -> None:
    def with_files(count: int) -> bytes:
        pointers = [
            external_tensor(("location", f"d{number}"), dims=(1,), name=f"w{number}") for number in range(count)
        ]
        return model([gemm("q_values")], weights=[WEIGHTS, BIAS, *pointers])

    assert len(locations_in(with_files(MAX_FILES))) == MAX_FILES
    with pytest.raises(PolicyRefused, match=f"more than {MAX_FILES} other files"):
        locations_in(with_files(MAX_FILES + 1))


def test_a_file_of_a_million_parts_is_read_by_a_child_process() -> None:
    crowded = GOOD + b"\x72\x00" * 10**6  # empty entries of its metadata
    assert locations_in(crowded) == []
    named = model([gemm("q_values")], weights=[external_tensor(("location", "d")), BIAS])
    assert locations_in(b"\x72\x00" * 10**6 + named) == []
    assert trouble_in(b"\x72\x00" * 10**6 + named) is not None


@given(st.binary(max_size=200))
def test_random_bytes_are_merged_or_refused(noise: bytes) -> None:
    apart = model_with_external_tensor(("location", "d"))
    for data in (noise, apart[:5] + noise, apart[:-5] + noise, noise + apart):
        try:
            names = locations_in(data)
            whole = inlined(data, dict.fromkeys(names, bytes(400)), MAX_BYTES) if names else data
        except PolicyRefused:
            continue
        assert not names or trouble_in(whole) is None


def test_merging_a_pointer_in_a_nested_graph_changes_nothing_else() -> None:
    inner = helper.make_graph(
        [helper.make_node("Gemm", ["observation", "weights", "bias"], ["inner"], transB=1)],
        "branch",
        [],
        [tensor("inner", None)],
        [external_tensor(("location", "d"))],
    )
    node = helper.make_node("If", ["true"], ["q_values"], then_branch=inner, else_branch=inner)
    true = numpy_helper.from_array(np.array(True), "true")
    apart = model([node], weights=[WEIGHTS, BIAS, true])
    whole = onnx.load_model_from_string(inlined(apart, {"d": numpy_helper.to_array(WEIGHTS).tobytes()}, MAX_BYTES))
    expected = onnx.load_model_from_string(apart)
    for branch in expected.graph.node[0].attribute:
        branch.g.initializer[0].ClearField("external_data")
        branch.g.initializer[0].ClearField("data_location")
        branch.g.initializer[0].raw_data = numpy_helper.to_array(WEIGHTS).tobytes()
    assert whole == expected
