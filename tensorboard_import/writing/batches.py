"""Points as batches for MLflow."""

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tensorboard_import.reading.scalars import Points
from tensorboard_import.writing.names import Names

MAX_ENTITIES: Final = 1_000
"""MLflow's limit of metrics, parameters and tags per batch, together."""
MAX_TAGS: Final = 100
_MAX_CHANGED: Final = 90
_LATEST_MS: Final = 2**53
WORDS: Final = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""Protobuf's JSON form, as MLflow reads it; any other non-finite value is NaN."""


class Batch(NamedTuple):
    """Metrics in MLflow's JSON format, and what follows from them.

    `names` are those changed for the first time here; `place` is where the record of the next point begins in its
    piece, None after the last; `top` is the highest step, `last_ms` the last point's time.
    """

    metrics: list[dict[str, Any]]
    names: dict[str, str]
    place: int | None
    top: int
    last_ms: int


def batches(points: Points, names: Names, most: int = MAX_ENTITIES - MAX_TAGS) -> Iterator[Batch]:
    """Yields the points in their order, in batches."""
    times = unix_ms(points.wall)
    begins, count = 0, len(points.step)
    while begins < count:
        ends, changed = _named(points, names, begins, min(count, begins + most))
        place = int(points.place[ends]) if ends < count else None
        metrics = _metrics(points, times, names, slice(begins, ends))
        yield Batch(metrics, changed, place, int(points.step[begins:ends].max()), int(times[ends - 1]))
        begins = ends


def _named(points: Points, names: Names, begins: int, ends: int) -> tuple[int, dict[str, str]]:
    """Returns the end of a batch whose changed names fit into its tags, and those names."""
    numbers, firsts = np.unique(points.tag[begins:ends], return_index=True)
    changed: dict[str, str] = {}
    for first, number in sorted(zip(firsts.tolist(), numbers.tolist(), strict=True)):
        if len(changed) == _MAX_CHANGED:
            return begins + first, changed
        known = len(names.changed)
        name = names.name(points.tags[number])
        if len(names.changed) > known:
            changed[name] = points.tags[number]
    return ends, changed


def _metrics(points: Points, times: NDArray[np.int64], names: Names, part: slice) -> list[dict[str, Any]]:
    tags = [names.name(points.tags[number]) for number in points.tag[part].tolist()]
    values = points.value[part].tolist()
    return [
        {
            "key": key,
            "value": value if math.isfinite(value) else WORDS.get(value, "NaN"),
            "timestamp": ms,
            "step": step,
        }
        for key, value, ms, step in zip(tags, values, times[part].tolist(), points.step[part].tolist(), strict=True)
    ]


def unix_ms(wall: NDArray[np.float64]) -> NDArray[np.int64]:
    """Converts a writer's times to ms; 0 if a time is not valid for MLflow."""
    with np.errstate(invalid="ignore", over="ignore"):
        ms = np.rint(wall * 1000)
        plausible = np.where((ms >= 0) & (ms <= _LATEST_MS), ms, 0)
    return plausible.astype(np.int64)
