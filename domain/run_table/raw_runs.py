"""Runs as read from a source, a list or an array per field, and their conversion to the arrays of a table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.moments import latest_ms, plausible
from domain.run_table.arranging import parts_in_list_order
from domain.run_table.arrays.cells import Cells
from domain.run_table.arrays.parts import Parts, RunColumns
from domain.run_table.arrays.strings import Codes, StringPool
from domain.run_table.columns import NO_TIME


class RawMetrics(NamedTuple):
    """Newest points [m]: the number of each one's run, its key, and what was logged."""

    row: NDArray[np.intp]
    key: Sequence[str]
    value: NDArray[np.float64]
    step: NDArray[np.int64]
    timestamp: NDArray[np.int64]


class RawTexts(NamedTuple):
    """Parameters or tags [m]: the number of each one's run, its key and its value."""

    row: NDArray[np.intp]
    key: Sequence[str]
    value: Sequence[str]


class RawRuns(NamedTuple):
    """Runs [n], each id once; times in Unix ms as they were read, `NO_TIME` where missing."""

    run_id: Sequence[str]
    name: Sequence[str]
    experiment_id: Sequence[str]
    experiment: Sequence[str]
    status: NDArray[np.int8]
    start_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    metrics: RawMetrics
    params: RawTexts
    tags: RawTexts

    def parts(self) -> Parts:
        """Returns the arrays of a table of these runs."""
        pool = StringPool.of(set(self._texts()))
        code_of = {text: code for code, text in enumerate(pool.texts())}
        started_us, odd_start_ms = _moments(self.start_ms)
        ended_us, odd_end_ms = _moments(self.end_ms)
        runs = RunColumns(
            run_id=_codes(self.run_id, code_of),
            name=_codes(self.name, code_of),
            experiment_id=_codes(self.experiment_id, code_of),
            experiment=_codes(self.experiment, code_of),
            status=self.status,
            started_us=started_us,
            ended_us=ended_us,
            odd_start_ms=odd_start_ms,
            odd_end_ms=odd_end_ms,
        )
        return parts_in_list_order(
            pool,
            runs,
            self._cells(self.metrics, code_of, self.metrics[2:]),
            *(self._cells(texts, code_of, (_codes(texts.value, code_of),)) for texts in (self.params, self.tags)),
        )

    def _texts(self) -> Iterable[str]:
        keys = (self.metrics.key, self.params.key, self.tags.key)
        values = (self.params.value, self.tags.value)
        return chain(self.run_id, self.name, self.experiment_id, self.experiment, *keys, *values)

    def _cells(
        self, logged: RawMetrics | RawTexts, code_of: Mapping[str, int], values: tuple[NDArray[Any], ...]
    ) -> Cells:
        return Cells.of(logged.row, _codes(logged.key, code_of), values, len(self.run_id))


def _codes(texts: Sequence[str], code_of: Mapping[str, int]) -> Codes:
    return np.fromiter(map(code_of.__getitem__, texts), np.int32, len(texts))


def _moments(ms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns plausible times in Unix µs, and implausible ones in Unix ms; MLflow stores 0 for no time."""
    sound = plausible(ms, latest_ms(datetime.now(UTC)))
    return np.where(sound, ms * 1000, NO_TIME), np.where(sound | (ms == 0), NO_TIME, ms)
