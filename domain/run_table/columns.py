"""The kinds of columns of the run table: numbers, texts or times, one for each run."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.run_table.arrays.strings import NO_TEXT, Codes
from domain.tracking.outcomes import Outcome

NO_TIME: Final = int(np.iinfo(np.int64).min)


class TextColumn(NamedTuple):
    """Texts [n] as codes of the sorted distinct `values`; -1 is missing, and an empty text is not missing."""

    codes: Codes
    values: Sequence[str]
    pending: int = 0
    """The number of rows whose value has not been read yet."""

    def at(self, row: int) -> str | None:
        """Returns the text of a row."""
        code = int(self.codes[row])
        return None if code == NO_TEXT else self.values[code]


class NumberColumn(NamedTuple):
    """Numbers [n], NaN where there is none; infinity never occurs.

    `reasons` gives by row why there is no number though something was logged. `logged_as` has the numbers as they were
    written: "1e-3" and "0.001" are the same number. `words` has the texts in place of numbers, in a column where some
    are none. `decimals` is how many a list shows, where it is fixed.
    """

    values: NDArray[np.float64]
    reasons: Mapping[int, Outcome] = {}
    logged_as: TextColumn | None = None
    words: TextColumn | None = None
    decimals: int | None = None
    pending: int = 0
    """The number of rows whose value has not been read yet."""

    def at(self, row: int) -> float | None:
        """Returns the number of a row."""
        value = float(self.values[row])
        return None if np.isnan(value) else value


class TimeColumn(NamedTuple):
    """Moments [n] in Unix ms; meaningless where `missing`."""

    ms: NDArray[np.int64]
    missing: NDArray[np.bool_]
    pending: int = 0
    """The number of rows whose value has not been read yet."""

    def at(self, row: int) -> int | None:
        """Returns the moment of a row."""
        return None if self.missing[row] else int(self.ms[row])


Column = NumberColumn | TextColumn | TimeColumn


class MetricColumn(NamedTuple):
    """The newest points of one metric [n] as logged, NaN and infinity included; zeros where it was not `logged`."""

    value: NDArray[np.float64]
    step: NDArray[np.int64]
    timestamp: NDArray[np.int64]
    logged: NDArray[np.bool_]


class KeyCounts(NamedTuple):
    """The sorted keys that runs logged, and how many runs logged each [k]."""

    names: Sequence[str]
    runs: NDArray[np.int64]
