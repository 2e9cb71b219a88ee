"""Scalars of many records at once: records with the same layout are read as columns, others one by one."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_import.reading.layout import Layout, layout_of
from tensorboard_import.reading.records import LONG, Records, rows_of

_MAX_LAYOUTS: Final = 400
"""More layouts of one length in a piece are no series, and comparing them costs more than reading records singly."""


class Points(NamedTuple):
    """Points of several tags, in the order of the file: `tag` is an index into `tags`, `place` where a record begins.

    `wall` is in seconds since 1970, as the writer's clock had it.
    """

    tags: list[str]
    tag: NDArray[np.int32]
    step: NDArray[np.int64]
    wall: NDArray[np.float64]
    value: NDArray[np.float64]
    place: NDArray[np.int64]

    def where(self, kept: NDArray[np.bool_]) -> "Points":
        """Returns the points selected by `kept`."""
        return points_of(self.tags, [column[kept] for column in self[1:]])


def points_of(tags: list[str], columns: Sequence[NDArray[Any]]) -> Points:
    """Returns points from their columns, in the order of the fields."""
    tag, step, wall, value, place = columns
    return Points(tags, tag, step, wall, value, place)


def simple_points(records: Records) -> tuple[Points, NDArray[np.intp]]:
    """Returns the points of the records that hold one simple value each, and the indices of all other records."""
    tags: dict[str, int] = {}
    found: list[tuple[NDArray[np.intp], Layout, NDArray[np.uint8]]] = []
    others: list[int] = []
    for length in np.unique(records.lengths):
        same = np.flatnonzero(records.lengths == length)
        if length > LONG:
            others.extend(same.tolist())
            continue
        rows = rows_of(records.piece, records.starts[same], int(length))
        _sort_out(rows, same, found, others)
    for _indices, layout, _rows in found:
        tags.setdefault(layout.tag, len(tags))
    points = _joined([(indices, _columns(rows, layout, tags[layout.tag])) for indices, layout, rows in found], records)
    return points._replace(tags=list(tags)), np.sort(np.array(others, np.intp))


def _sort_out(
    rows: NDArray[np.uint8],
    indices: NDArray[np.intp],
    found: list[tuple[NDArray[np.intp], Layout, NDArray[np.uint8]]],
    others: list[int],
) -> None:
    layouts = 0
    while len(rows):
        layout = layout_of(rows[0].tobytes()) if layouts < _MAX_LAYOUTS else None
        if layout is None:
            others.append(int(indices[0]))
            rows, indices = rows[1:], indices[1:]
            continue
        layouts += 1
        alike = ~((rows ^ rows[0]) & layout.fixed).any(axis=1)
        found.append((indices[alike], layout, rows[alike]))
        rows, indices = rows[~alike], indices[~alike]


def _columns(rows: NDArray[np.uint8], layout: Layout, tag: int) -> tuple[NDArray[np.generic], ...]:
    count = len(rows)
    wall = np.zeros(count) if layout.wall is None else _numbers(rows, layout.wall, "<f8")
    step = np.zeros(count, np.int64)
    if layout.step is not None:
        for power, column in enumerate(range(*layout.step)):
            step |= (rows[:, column] & 0x7F).astype(np.int64) << (7 * power)
    value = _numbers(rows, layout.value, layout.kind).astype(np.float64)
    return np.full(count, tag, np.int32), step, wall, value


def _numbers(rows: NDArray[np.uint8], begins: int, kind: str) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = rows[:, begins : begins + int(kind[-1])].copy().view(kind)[:, 0]
    return numbers


def _joined(parts: list[tuple[NDArray[np.intp], tuple[NDArray[np.generic], ...]]], records: Records) -> Points:
    kinds = (np.int32, np.int64, np.float64, np.float64)
    indices = np.concatenate([np.empty(0, np.intp), *(indices for indices, _columns in parts)])
    order = np.argsort(indices, kind="stable")
    columns = [
        np.concatenate([np.empty(0, kind), *(columns[number] for _indices, columns in parts)])[order]
        for number, kind in enumerate(kinds)
    ]
    return points_of([], [*columns, records.starts[indices[order]]])
