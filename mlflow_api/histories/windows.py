"""Reads a long history in windows of steps, each small enough to be returned completely."""

from collections.abc import Callable, Iterator

import numpy as np

from domain.tracking.history import History

MAX_ROWS = 2_500
# A little below the limit: the rows between two points of a sample vary by one, and by more if steps repeat.
_AIM = 2_450
Window = Callable[[int, int], History]


class CrowdedStep(Exception):
    """More values share one step than fit in a window."""


def in_windows(window: Window, sample: History) -> Iterator[History]:
    """Yields all rows from the sample's first step to its last, in order.

    `window(first, last)` fetches rows, both ends included. The sample is even: the same number of rows is between any
    two of its neighbouring points, so the first window shows how many points of it the next ones can span. Raises
    `CrowdedStep`.
    """
    edges = np.unique(sample.step)
    position, stride = 0, max(1, int(np.searchsorted(edges, edges[0] + _AIM)))
    while position < len(edges):
        end = min(position + stride, len(edges))
        first, last = int(edges[position]), int(edges[end]) - 1 if end < len(edges) else int(edges[-1])
        part = window(first, last)
        if len(part) < MAX_ROWS:
            yield part
            stride = max(1, int(_AIM * (end - position) / max(1, len(part))))
            position = end
        elif end - position > 1:
            stride = (end - position) // 2
        else:
            yield from _halved(window, first, last)
            position = end


def _halved(window: Window, first: int, last: int) -> Iterator[History]:
    if first == last:
        raise CrowdedStep(f"more than {MAX_ROWS} values share step {first}")
    middle = (first + last) // 2
    for start, end in ((first, middle), (middle + 1, last)):
        part = window(start, end)
        if len(part) < MAX_ROWS:
            yield part
        else:
            yield from _halved(window, start, end)
