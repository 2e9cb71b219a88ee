"""Event files are read as TensorBoard's own reader reads them, point for point, also where they are damaged."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.util.tensor_util import make_tensor_proto

from tensorboard_import.folders.folder_files import FolderFiles
from tensorboard_import.folders.restarts import without_void
from tensorboard_import.folders.walk import LogdirScan
from tensorboard_import.reading.crc32c import masked_sums
from tensorboard_import.reading.events import content_of
from tensorboard_import.reading.param_tables import params_in
from tests.tensorboard_import.event_folders import Histories, point, restart, scalar, shown_by_tensorboard, write_events

TAGS = st.sampled_from(["rollout/ep_rew_mean", "loss", "Loss", "länge", "a"])
STEPS = st.integers(0, 300) | st.integers(-(2**63), 2**63 - 1)
WALLS = st.floats(1e9, 2e9)
VALUES = st.floats(width=32)


def tensor(kind: str, tag: str, step: int, value: float, wall: float) -> Event:
    """Returns a scalar of the second version, of that type."""
    number = value if kind.startswith("float") else int(value) if math.isfinite(value) and abs(value) < 100 else 7
    with np.errstate(over="ignore"):
        proto = make_tensor_proto(np.array(number).astype(kind))
    one = Summary.Value(tag=tag, tensor=proto)
    one.metadata.plugin_data.plugin_name = "scalars"
    return Event(wall_time=wall, step=step, summary=Summary(value=[one]))


def several(pairs: list[tuple[str, float]], step: int, wall: float) -> Event:
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in pairs]
    return Event(wall_time=wall, step=step, summary=Summary(value=values))


EVENTS = st.lists(
    st.builds(scalar, TAGS, STEPS, VALUES, WALLS)
    | st.builds(scalar, TAGS, st.integers(0, 9), VALUES, WALLS)
    | st.builds(
        tensor,
        st.sampled_from(["float32", "float64", "float16", "int32", "int64", "uint8"]),
        st.just("v2"),
        STEPS,
        VALUES,
        WALLS,
    )
    | st.builds(several, st.lists(st.tuples(TAGS, VALUES), max_size=3), STEPS, WALLS)
    | st.builds(restart, st.integers(250, 300))
    | st.just(Event(wall_time=1.6e9, step=3, graph_def=b"graph" * 900)),
    max_size=25,
)


COLUMNS_FROM = st.sampled_from([0, 0, 1_000])


def read(folder: Path, most: int, columns_from: int) -> Histories:
    """Reads a folder in pieces of that size; as columns where a piece has so many records."""
    files = FolderFiles()
    files.note(LogdirScan(folder).folders()[0].files)
    files.open_new()
    files.scan()
    found: dict[str, set[tuple[int, int, str]]] = {}
    while (file := files.next()) is not None:
        piece = file.read(most)
        points = without_void(content_of(piece.records, columns_from), file.path.name, piece.begins, files.voids).points
        file.move(piece)
        for number, step, wall, value in zip(*(column.tolist() for column in points[1:5]), strict=True):
            found.setdefault(points.tags[number], set()).add(point(step, wall, value))
    return {tag: sorted(points) for tag, points in found.items()}


@given(
    files=st.lists(EVENTS, min_size=1, max_size=3),
    most=st.integers(16, 400),
    columns_from=COLUMNS_FROM,
    version=st.sampled_from(["brain.Event:2", "brain.Event:2", "brain.Event:1", ""]),
    damage=st.none() | st.tuples(st.integers(0, 2), st.floats(0, 1), st.booleans()),
)
def test_points_equal_those_of_tensorboards_reader(
    files: list[list[Event]], most: int, columns_from: int, version: str, damage: tuple[int, float, bool] | None
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = [
            write_events(folder / f"events.out.tfevents.{number}", events, version=version)
            for number, events in enumerate(files)
        ]
        if damage is not None and damage[0] < len(paths):
            _damage(paths[damage[0]], damage[1], is_cut=damage[2])
        assert _without_restarted_tensors(read(folder, most, columns_from)) == _without_restarted_tensors(
            shown_by_tensorboard(folder)
        )


def _without_restarted_tensors(found: Histories) -> Histories:
    """Removes restarted tensors: of TensorBoard's two readers one keeps tensors on a restart, and the other removes
    them."""
    return {tag: points for tag, points in found.items() if tag != "v2"}


@given(
    events=st.lists(
        st.builds(
            tensor,
            st.sampled_from(["float32", "float64", "float16", "int32", "int64", "uint8", "bool"]),
            TAGS,
            STEPS,
            VALUES,
            WALLS,
        ),
        max_size=20,
    ),
    most=st.integers(16, 400),
    columns_from=COLUMNS_FROM,
)
def test_tensors_with_a_single_value_are_read_as_scalars(events: list[Event], most: int, columns_from: int) -> None:
    with TemporaryDirectory() as name:
        write_events(Path(name) / "events.out.tfevents.1", events)
        assert read(Path(name), most, columns_from) == shown_by_tensorboard(Path(name))


def _damage(path: Path, where: float, *, is_cut: bool) -> None:
    data = bytearray(path.read_bytes())
    if not data:
        return  # no event and no version: nothing to damage
    place = int(where * (len(data) - 1))
    if is_cut:
        del data[place:]
    elif data:
        data[place] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("length", [0, 1, 3, 4, 57, 1_023, 1_024, 1_025, 5_000, 70_001])
def test_checksums_equal_those_of_tensorboard(length: int) -> None:
    rows = np.random.default_rng(length).integers(0, 256, (3, length), np.uint8)
    assert masked_sums(rows).tolist() == [masked_crc32c(row.tobytes()) for row in rows]


def test_only_a_table_of_parameters_is_read_as_parameters() -> None:
    assert params_in("|param|value|\n|-|-|\n|lr|3e-4|\n|anneal|True|\n|cmd|a | b|") == {
        "lr": "3e-4",
        "anneal": "True",
        "cmd": "a | b",
    }
    assert params_in("|step|reward|\n|-|-|\n|1|2|") is None
    assert params_in("a\n|param|value|\n|-|-|\n|x|y|") is None
    assert params_in("") is None
