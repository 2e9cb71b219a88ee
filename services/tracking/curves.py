"""Curves that were just drawn, for the zoom that asks for them again a second later."""

import threading
from typing import Final

from cachetools import LRUCache

from domain.charts.curves import Curve
from domain.charts.history_curves import CurveRequest, history_curve

# 150 curves of 100,000 points fit.
_MOST_BYTES: Final = 256 * 2**20
# A history is mapped from a file and keeps that open, however short it is: so many entries at most.
MOST_CURVES: Final = 400
# The curve, and what it was made of: an id is only a key while its object lives.
_Kept = tuple[Curve | None, CurveRequest]


class CurveCache:
    """Makes curves, and keeps those that were asked for last; one for all threads of a worker."""

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[object, ...], _Kept] = LRUCache(_MOST_BYTES, getsizeof=_size)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def curve(self, asked: CurveRequest) -> Curve | None:
        """Returns what `history_curve` makes of it, now or earlier."""
        key = _key(asked)
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return kept[0]
        made = history_curve(asked)
        with self._lock:
            if _size((made, asked)) <= _MOST_BYTES:
                self._kept[key] = (made, asked)
        return made


def _key(asked: CurveRequest) -> tuple[object, ...]:
    """Returns the key of a history, the same as long as the store hands out the same object.

    The cache keeps it alive.
    """
    which = (id(asked.history), asked.axis, asked.weight, asked.counting, id(asked.counted))
    return (*which, asked.origin, asked.latest, asked.scale, asked.factor)


def _size(kept: _Kept) -> int:
    """Returns what the curve holds itself.

    The histories' own columns are mapped from files, and the system takes them back.
    """
    curve, asked = kept
    columns = [] if curve is None else [curve.x, curve.y]
    shared = (asked.history.step, asked.history.value)
    owned = sum(column.nbytes for column in columns if not any(column is one for one in shared))
    return max(owned, _MOST_BYTES // MOST_CURVES)
