"""A metric's history as NumPy columns."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

# The step of a metric is a 64-bit integer, and all of these may be logged.
FIRST_STEP, LAST_STEP = -(2**63), 2**63 - 1
# As the last plausible moment: accepts every time, for callers that do not know the present one.
ANY_TIME = 2**63 - 1


class History(BaseModel):
    """All points of one metric of one run, in order of step: `step` int64, `value` float64, `timestamp` int64 (ms)."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    step: NDArray[np.int64]
    value: NDArray[np.float64]
    timestamp: NDArray[np.int64]

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        if not self.step.shape == self.value.shape == self.timestamp.shape == (len(self.step),):
            raise ValueError("the columns of a history are one-dimensional and of one length")
        return self

    def __len__(self) -> int:
        return len(self.step)

    @property
    def nbytes(self) -> int:
        """Bytes held in memory."""
        return self.step.nbytes + self.value.nbytes + self.timestamp.nbytes

    def before(self, step: int) -> "History":
        """Returns the points whose step is lower than `step`."""
        return self._part(slice(0, int(np.searchsorted(self.step, step))))

    def from_step(self, step: int) -> "History":
        """Returns the points whose step is `step` or higher."""
        return self._part(slice(int(np.searchsorted(self.step, step)), None))

    def followed_by(self, tail: "History") -> "History":
        """Returns this history with `tail` appended."""
        return History(
            step=np.concatenate([self.step, tail.step]),
            value=np.concatenate([self.value, tail.value]),
            timestamp=np.concatenate([self.timestamp, tail.timestamp]),
        )

    def times(self, factor: float) -> "History":
        """Returns the points with their values multiplied by `factor`; the same object if the factor is 1."""
        if factor == 1:
            return self
        # Adding 0 converts -0 to 0.
        return History(step=self.step, value=self.value * factor + 0.0, timestamp=self.timestamp)

    def rows(self, keep: NDArray[np.bool_]) -> "History":
        """Returns the points selected by the mask `keep` [n]."""
        return self._part(keep)

    def _part(self, keep: slice | NDArray[np.bool_]) -> "History":
        return History(step=self.step[keep], value=self.value[keep], timestamp=self.timestamp[keep])


EMPTY = History(step=np.empty(0, np.int64), value=np.empty(0), timestamp=np.empty(0, np.int64))


class HistoryPart(NamedTuple):
    """The result of reading one metric of one run: all its points (`exact`), or an even sample, or nothing (None)."""

    history: History | None
    exact: bool
