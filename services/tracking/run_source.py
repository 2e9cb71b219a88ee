"""What Clew asks of whoever keeps the team's runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.points.extremes import Extremes as ExtremesOfMetric
from domain.run_table.columns import MetricColumn
from domain.run_table.table import RunTable
from domain.tracking.runs import LatestMetric, Run

Arrived = Callable[[RunTable], None]
"""Is given what a full reading has so far, with its `progress`: more each time, the newest runs first. Where all runs
were known before, it is given those as they are meanwhile, whole."""


class Extremes(NamedTuple):
    """The least and the greatest value that each run [n] logged of a metric; NaN where it logged no number."""

    least: NDArray[np.float64]
    greatest: NDArray[np.float64]


class ColumnLane(Protocol):
    """What a source can read beside the list, in the order asked for; every method raises a `ServiceError`."""

    def metric(self, key: str, run_ids: Sequence[str]) -> MetricColumn:
        """Reads the newest points of one metric."""

    def extremes(self, key: str, run_ids: Sequence[str]) -> Extremes:
        """Reads the least and the greatest value of one metric, of all that was ever logged."""

    def extremes_of_run(self, run_id: str, keys: Sequence[str]) -> Mapping[str, ExtremesOfMetric]:
        """Reads the least and the greatest value of some metrics of one run, and of how many points, by key."""

    def latest(self, run_ids: Sequence[str]) -> Mapping[str, Mapping[str, LatestMetric]]:
        """Reads the newest points of all metrics of some runs."""


class RunSource(Protocol):
    """The runs of one tracking server. Every method raises a `ServiceError` when the server does not do its part."""

    name: str
    """What its errors and the screens call the server."""
    address: str
    """Where it is: what is read from another address is kept apart."""
    columns: ColumnLane | None
    """What reads single columns of a table that is not whole; None where every table is."""

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Reads every run; keeps the version of `known` where that says the same.

        What has come is handed to `arrived` so often that the first rows show within seconds, and so seldom that it
        costs next to nothing.
        """

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Returns `known` with the runs that may have changed since; the very same object when none did."""

    def one(self, run_id: str) -> Run:
        """Reads one run; raises `NotFound` where there is none, or it was deleted."""

    def sweep_is_due(self, known: RunTable) -> bool:
        """Returns whether everything may be read again by itself: that takes a tenth of the server's time at most.

        Sooner where `known` has rows that could not be read, and that no change of theirs will bring back.
        """

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for as little as there is, to see whether it answers."""
