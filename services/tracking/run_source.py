"""The protocol of a source of the team's runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.points.extremes import Extremes as MetricExtremes
from domain.run_table.columns import MetricColumn
from domain.run_table.table import RunTable
from domain.tracking.runs import LatestMetric, Run

Arrived = Callable[[RunTable], None]
"""Is called with the runs of a full reading so far and its `progress`, newest runs first. If all runs were known
before, it is called with that complete list, refreshed meanwhile.
"""


class ExtremeColumns(NamedTuple):
    """The least and greatest value that each run [n] logged of a metric; NaN where it logged no number."""

    least: NDArray[np.float64]
    greatest: NDArray[np.float64]


class ColumnReader(Protocol):
    """Columns that a source can read separately from the list, in the order requested; raises a `ServiceError`."""

    def metric(self, key: str, run_ids: Sequence[str]) -> MetricColumn:
        """Reads the newest points of one metric."""

    def extremes(self, key: str, run_ids: Sequence[str]) -> ExtremeColumns:
        """Reads the least and greatest value of one metric, of all points."""

    def extremes_of_run(self, run_id: str, keys: Sequence[str]) -> Mapping[str, MetricExtremes]:
        """Reads the extremes and the number of points of some metrics of one run, by key."""

    def latest(self, run_ids: Sequence[str]) -> Mapping[str, Mapping[str, LatestMetric]]:
        """Reads the newest points of all metrics of some runs."""


class RunSource(Protocol):
    """The runs of one tracking server. Every method raises a `ServiceError` if the server fails."""

    name: str
    """The server's name in errors and on pages."""
    address: str
    """The server's address: data of different addresses is cached separately."""
    columns: ColumnReader | None
    """Reads single columns of a table with partial metrics; None if tables are always complete."""

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Reads every run; keeps the version of `known` where nothing changed.

        `arrived` is called with partial results, often enough that the first rows appear within seconds, and rarely
        enough that it costs little.
        """

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Returns `known` with the runs that may have changed since; the same object if none did."""

    def one(self, run_id: str) -> Run:
        """Reads one run; raises `NotFound` if it does not exist, or was deleted."""

    def sweep_is_due(self, known: RunTable) -> bool:
        """Returns whether a full reading is due: these take at most a tenth of the server's time.

        Sooner if `known` has rows that could not be read and cannot be requested by their ids.
        """

    def check_alive(self, deadline_seconds: float) -> None:
        """Sends the smallest possible request, to see whether the server answers."""
