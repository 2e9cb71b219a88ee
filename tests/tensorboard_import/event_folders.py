"""Event files as TensorBoard's own writers make them, and what TensorBoard's own reader finds in them."""

import math
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util

Point = tuple[int, int, str]
Histories = dict[str, list[Point]]
START = SessionLog.START


def scalar(tag: str, step: int, value: float, wall: float = 1.7e9) -> Event:
    """Returns an event of the first version."""
    return Event(wall_time=wall, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))


def restart(step: int, wall: float = 1.7e9) -> Event:
    """Returns the event of a writer that goes on from a step."""
    return Event(wall_time=wall, step=step, session_log=SessionLog(status=START))


def write_events(path: Path, events: Iterable[Event], *, version: str = "brain.Event:2", made: float = 0) -> Path:
    """Writes a whole event file, made at a moment of its own if none is given; without a `version` it is an old
    one."""
    made = made or time.time()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for event in ([Event(wall_time=made, file_version=version)] if version else []) + list(events):
            writer.write(event.SerializeToString())
    return path


def append_events(path: Path, events: Iterable[Event]) -> None:
    """Appends to a file."""
    with path.open("ab") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())


def shown_by_tensorboard(folder: Path) -> Histories:
    """Returns what TensorBoard's own reader has of a folder: step, time in ms and value of each point, once each,
    by tag."""
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    found: dict[str, set[Point]] = defaultdict(set)
    for tag in accumulator.Tags()["scalars"]:
        found[tag] |= {point(one.step, one.wall_time, one.value) for one in accumulator.Scalars(tag)}
    for tag in accumulator.Tags()["tensors"]:
        for one in accumulator.Tensors(tag):
            array = tensor_util.make_ndarray(one.tensor_proto)
            if array.size == 1 and array.dtype.kind in "fiub":
                found[tag].add(point(one.step, one.wall_time, float(array.reshape(-1)[0])))
    return {tag: sorted(points) for tag, points in found.items() if points}


def point(step: int, wall: float, value: float) -> Point:
    """Returns a point as MLflow can store it: time in ms, and a value in which NaN equals NaN."""
    kept = math.copysign(math.inf, value) if abs(value) >= 1.797e308 else value
    return step, round(wall * 1000), repr(0.0 + kept)
