"""A cache of recent curves, for zooming, which requests them again a second later."""

import threading
from typing import Final

from cachetools import LRUCache

from domain.charts.curves import Curve
from domain.charts.history_curves import CurveRequest, history_curve

# 150 curves of 100,000 points fit.
_MAX_BYTES: Final = 256 * 2**20
# A history is mapped from a file and keeps it open, however short it is: this limits the number of entries.
MAX_CURVES: Final = 400
# The curve and its request; an id is valid as a key only while its object lives.
_Kept = tuple[Curve | None, CurveRequest]


class CurveCache:
    """Computes curves, and caches the most recently used; shared by all threads of a worker."""

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[object, ...], _Kept] = LRUCache(_MAX_BYTES, getsizeof=_size)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def curve(self, request: CurveRequest) -> Curve | None:
        """Returns the result of `history_curve`, computed now or before."""
        key = _key(request)
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return kept[0]
        made = history_curve(request)
        with self._lock:
            if _size((made, request)) <= _MAX_BYTES:
                self._kept[key] = (made, request)
        return made


def _key(request: CurveRequest) -> tuple[object, ...]:
    """Returns the key of a request, which is stable as long as the store returns the same history object.

    The cache keeps that object alive.
    """
    which = (id(request.history), request.axis, request.weight, request.counting, id(request.counted))
    return (*which, request.origin, request.latest, request.scale, request.factor)


def _size(kept: _Kept) -> int:
    """Returns the memory of the curve's own arrays; the histories' columns are mapped and can be reclaimed."""
    curve, request = kept
    columns = [] if curve is None else [curve.x, curve.y]
    shared = (request.history.step, request.history.value)
    owned = sum(column.nbytes for column in columns if not any(column is one for one in shared))
    return max(owned, _MAX_BYTES // MAX_CURVES)
