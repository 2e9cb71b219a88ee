"""Live curves of bounded length."""

from typing import Final

from domain.trainings.training import LivePoints

MAX_POINTS: Final = 300


class Curve:
    """Averages groups of values, twice as large ones whenever there are too many points.

    It includes the newest value.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._x: list[float] = []
        self._sums: list[float] = []
        self._counts: list[int] = []
        self._each = 1

    def add(self, x: float, value: float) -> None:
        """Adds one value."""
        if self._counts and self._counts[-1] < self._each:
            self._x[-1], self._counts[-1] = x, self._counts[-1] + 1
            self._sums[-1] += value
        else:
            self._x.append(x)
            self._sums.append(value)
            self._counts.append(1)
        if len(self._x) > MAX_POINTS:
            self._halve()

    def points(self) -> LivePoints:
        """Returns the points to draw."""
        values: list[float | None] = [total / count for total, count in zip(self._sums, self._counts, strict=True)]
        return LivePoints(key=self._key, x=list(self._x), y=values)

    def _halve(self) -> None:
        self._each *= 2
        pairs = range(0, len(self._x), 2)
        self._x = [self._x[min(at + 1, len(self._x) - 1)] for at in pairs]
        self._sums = [sum(self._sums[at : at + 2]) for at in pairs]
        self._counts = [sum(self._counts[at : at + 2]) for at in pairs]
